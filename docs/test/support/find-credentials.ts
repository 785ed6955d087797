import ts from 'typescript';

/** A scheme of a service that is signed in to, or any URL with somebody in it. */
const connectionString =
  /\b(?:postgres(?:ql)?|rediss?|mysql|mongodb(?:\+srv)?|amqps?|smtps?|ldaps?):\/\/|:\/\/[^/\s@]*:[^/\s@]*@/;

const privateKey = /BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]/;

/** Names of what opens something; not of what is made of it, such as `passwordHash`. */
const opening = /(?:password|passwd|passphrase|secret|api_?key|private_?key)$/i;

/** What reads as random: long, in one piece, with letters and digits. An alphabet has each of its letters once. */
function isRandom(text: string): boolean {
  return (
    /^[A-Za-z0-9+/_=-]{32,}$/.test(text) &&
    /\d/.test(text) &&
    /[A-Za-z]/.test(text) &&
    new Set(text).size < text.length
  );
}

/** The suites that others test with make people up, and these have passwords. */
const isSuite = (path: string): boolean => path.includes('/src/testing/');

/** The only long text that is data: compressed words that nobody may take for a password. */
const isWordList = (path: string): boolean => path.endsWith('/common-passwords.generated.ts');

/** Whatever in a file could be used to sign in to a service, or looks for that in the environment, such as `a.ts:7: a name`. */
export function findCredentials(path: string, text: string): readonly string[] {
  if (isWordList(path)) return [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const add = (node: ts.Node, what: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    found.push(`${path}:${line + 1}: ${what}`);
  };

  function visit(node: ts.Node): void {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
      const value = ts.isTemplateExpression(node) ? node.getText(file) : node.text;
      const name = nameOf(node);
      if (connectionString.test(value)) add(node, 'a connection string');
      else if (privateKey.test(value)) add(node, 'a private key');
      else if (isRandom(value)) add(node, 'a random value');
      else if (!isSuite(path) && value !== '' && ts.isStringLiteralLike(node) && opening.test(name))
        add(node, name);
    }
    if (ts.isIdentifier(node) && node.text === 'env' && node.parent.getText(file) === 'process.env')
      add(node, 'process.env');
    if (ts.isImportDeclaration(node) && /^'(?:node:)?process'$/.test(node.moduleSpecifier.getText(file)))
      add(node, 'process.env');
    ts.forEachChild(node, visit);
  }
  visit(file);
  return found;
}

/** What a value is given to: a variable, a member, a parameter, or the function that wraps it. */
function nameOf(node: ts.Node): string {
  const { parent } = node;
  if (ts.isBinaryExpression(parent) && parent.right === node) {
    const isAssigned = /^(?:=|\?\?=|\|\|=|\?\?|\|\|)$/.test(parent.operatorToken.getText());
    return isAssigned ? parent.left.getText() : '';
  }
  if (ts.isCallExpression(parent) && parent.expression.getText() === 'createSecret') return 'secret';
  if (ts.isAsExpression(parent) || ts.isParenthesizedExpression(parent) || ts.isSatisfiesExpression(parent))
    return nameOf(parent);
  const isGiven =
    ts.isVariableDeclaration(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent);
  return isGiven && parent.initializer === node ? parent.name.getText().replaceAll(/['"]/g, '') : '';
}
