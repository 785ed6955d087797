import ts from 'typescript';

/** Modules of Node.js that reach out of the process, start another one, or load modules by other names. */
const reaching =
  /^(?:node:)?(?:net|tls|dgram|dns|http|https|http2|child_process|cluster|inspector|module)(?:\/|$)/;

/** What these modules have besides, and opens nothing. */
const harmless = new Set(['BlockList', 'isIP', 'isIPv4', 'isIPv6', 'STATUS_CODES', 'validateHeaderValue']);

/** What opens a connection without an import. */
const globals = new Set(['fetch', 'WebSocket', 'EventSource', 'createRemoteJWKSet']);
const members = new Set(['fetch', 'WebSocket', 'EventSource', 'getBuiltinModule']);

/**
 * Whatever in a file may open a connection, such as `node:net connect` and `fetch`, with types left out, and every module from
 * elsewhere that it runs, such as `pg`.
 */
export function findConnecting(path: string, text: string): readonly string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();

  function addModule(module: string, names: readonly string[]): void {
    if (module.startsWith('.')) return;
    if (reaching.test(module))
      for (const name of names) {
        if (!harmless.has(name)) found.add(`${module} ${name}`);
      }
    else if (!module.startsWith('node:'))
      found.add(module.split('/', module.startsWith('@') ? 2 : 1).join('/'));
  }

  function visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const { moduleSpecifier } = node;
      if (moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier))
        addModule(moduleSpecifier.text, listNames(node));
      return;
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [module] = node.arguments;
      if (module !== undefined && ts.isStringLiteral(module)) addModule(module.text, ['*']);
    }
    if (ts.isPropertyAccessExpression(node)) {
      const owner = node.expression.getText(file);
      if (members.has(node.name.text) && /^(?:globalThis|global|process)$/.test(owner))
        found.add(node.name.text);
    }
    // As a value: called, made with `new`, or handed on. A member of another object may have any name.
    if (ts.isIdentifier(node) && globals.has(node.text) && isFree(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  }
  visit(file);
  return [...found].toSorted();
}

/** What an import runs; nothing, if it takes types only. */
function listNames(node: ts.ImportDeclaration | ts.ExportDeclaration): readonly string[] {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly ? [] : ['*'];
  const clause = node.importClause;
  if (clause === undefined) return ['*'];
  if (clause.isTypeOnly) return [];
  const { name, namedBindings } = clause;
  if (name !== undefined || namedBindings === undefined || ts.isNamespaceImport(namedBindings)) return ['*'];
  return namedBindings.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map((element) => (element.propertyName ?? element.name).text);
}

function isFree(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent)) return false;
  return !('name' in parent && parent.name === node);
}
