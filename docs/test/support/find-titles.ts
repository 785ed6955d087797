import ts from 'typescript';

/** A title in a file of tests, or of cases that a suite runs. */
export interface Title {
  /** As it is written, without its quotes. */
  readonly text: string;
  /** It heads something that does not run: it or something around it is skipped, to be written, or expected to fail. */
  readonly isSkipped: boolean;
}

/** Every text of a source that can be a title. What is commented out is none. */
export function findTitles(path: string, source: string): readonly Title[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const found: Title[] = [];
  function visit(node: ts.Node, isSkipped: boolean): void {
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
      found.push({ text: node.getText().slice(1, -1), isSkipped });
    const isBehind = isSkipped || (ts.isCallExpression(node) && isSkipping(node.expression));
    ts.forEachChild(node, (child) => visit(child, isBehind));
  }
  visit(file, false);
  return found;
}

/** `it.skip`, `describe.todo.each(…)` and the like, of whatever test function. */
function isSkipping(callee: ts.Expression): boolean {
  if (ts.isCallExpression(callee)) return isSkipping(callee.expression);
  if (ts.isTaggedTemplateExpression(callee)) return isSkipping(callee.tag);
  if (!ts.isPropertyAccessExpression(callee)) return false;
  return /^(?:skip|todo|skipIf|runIf|fails)$/.test(callee.name.text) || isSkipping(callee.expression);
}
