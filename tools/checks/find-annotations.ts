import ts from 'typescript';

/** A test that says which requirement it shows. */
export interface Annotation {
  /** The requirement, such as `6.3.8`. */
  readonly id: string;
  /** The titles around the test and its own, from the outermost. */
  readonly test: string;
  /** The test does not run: it or something around it is skipped, or to be written. */
  readonly isSkipped: boolean;
}

interface Place {
  readonly ids: readonly string[];
  readonly titles: readonly string[];
  readonly isSkipped: boolean;
}

/**
 * The annotations of one test file. `ASVS 6.3.8` in the opening comment holds for every test of the file, in the title of a
 * `describe` for the tests in it, in that of an `it` for this one. A comment without a test below it shows nothing.
 */
export function findAnnotations(fileName: string, text: string): Annotation[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const opening = (ts.getLeadingCommentRanges(text, 0) ?? [])
    .map(({ pos, end }) => text.slice(pos, end).replace(/\n\s*\*/g, ' '))
    .join(' ');
  const found: Annotation[] = [];

  function visit(node: ts.Node, place: Place): void {
    const call = ts.isCallExpression(node) ? readCall(node) : null;
    if (call === null) {
      ts.forEachChild(node, (child) => visit(child, place));
      return;
    }
    const inside: Place = {
      ids: [...place.ids, ...listIds(call.title)],
      titles: [...place.titles, call.title],
      isSkipped: place.isSkipped || call.isSkipped,
    };
    if (call.isTest) {
      const test = inside.titles.join(' › ');
      found.push(...[...new Set(inside.ids)].map((id) => ({ id, test, isSkipped: inside.isSkipped })));
    }
    ts.forEachChild(node, (child) => visit(child, inside));
  }
  visit(file, { ids: listIds(opening), titles: [], isSkipped: false });
  return found;
}

/** `it(…)`, `it.each(…)(…)`, `describe.skip(…)`, and `describeTokens(…)`, which makes tests; null for any other call. */
function readCall(call: ts.CallExpression): { title: string; isTest: boolean; isSkipped: boolean } | null {
  const [title, body] = call.arguments;
  if (title === undefined) return null;
  const words: string[] = [];
  let callee: ts.Expression = call.expression;
  while (!ts.isIdentifier(callee)) {
    if (ts.isPropertyAccessExpression(callee)) words.push(callee.name.text);
    else if (!ts.isCallExpression(callee) && !ts.isTaggedTemplateExpression(callee)) return null;
    callee = ts.isTaggedTemplateExpression(callee) ? callee.tag : callee.expression;
  }
  // The table of `it.each(table)(title, body)` is a call as well.
  if (!/^(?:it|test|describe(?:[A-Z]\w*)?)$/.test(callee.text) || ts.isCallExpression(call.parent))
    return null;
  return {
    title: ts.isStringLiteralLike(title) ? title.text : title.getText(),
    isTest: callee.text !== 'describe',
    isSkipped: body === undefined || words.some((word) => /^(?:skip|todo|skipIf|runIf|fails)$/.test(word)),
  };
}

function listIds(text: string): string[] {
  const lists = text.matchAll(/\bASVS\s+(V?\d+(?:\.\d+)*(?:(?:,| and)\s+V?\d+(?:\.\d+)+)*)/g);
  return [...lists]
    .flatMap(([, list]) => (list ?? '').split(/(?:,| and)\s+/))
    .map((id) => id.replace('V', ''));
}
