import { AuthError } from '../errors.js';

/** The deepest nesting of arrays and objects that a body may have. */
export const maxJsonDepth = 8;

/**
 * The value of a JSON text in which nothing is ambiguous.
 *
 * `JSON.parse` takes the last of two members with one name, other parsers the first: what one part of a system checked
 * would not be what the next one uses. So repeated members are refused, like `__proto__`, deep nesting, and text that
 * is not well-formed Unicode.
 *
 * @throws `AuthError` `body_malformed`.
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AuthError('body_malformed');
  }
  requireUnambiguous(text);
  return value;
}

/**
 * The value of a JSON body as it came: bytes or text that nobody has parsed, or what the host's parser made of it.
 *
 * @throws `AuthError` `body_malformed`.
 */
export function readJsonBody(body: unknown): unknown {
  if (typeof body === 'string') return parseStrictJson(body);
  if (body instanceof Uint8Array) return parseStrictJson(decodeUtf8(body));
  requireSafeValue(body, 0);
  return body;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    // A byte order mark stays, and is refused: a text is the same value whether it comes as bytes or as text.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new AuthError('body_malformed');
  }
}

/** Walks the text of a valid JSON value; only strings, brackets and colons matter. */
function requireUnambiguous(text: string): void {
  const open: Set<string>[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      if (open.push(new Set()) > maxJsonDepth) throw new AuthError('body_malformed');
    } else if (token === '}' || token === ']') {
      open.pop();
    } else {
      const string = JSON.parse(colon === undefined ? token : token.slice(0, -colon.length)) as string;
      requireSafeString(string);
      if (colon !== undefined) requireNewMember(open.at(-1), string);
    }
  }
}

function requireNewMember(members: Set<string> | undefined, name: string): void {
  if (name === '__proto__' || members?.has(name) === true) throw new AuthError('body_malformed');
  members?.add(name);
}

/** The same rules for a value that a host's parser made, as far as it still shows. */
function requireSafeValue(value: unknown, depth: number): void {
  if (typeof value === 'string') requireSafeString(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth === maxJsonDepth) throw new AuthError('body_malformed');
  for (const name of Object.keys(value)) {
    if (name === '__proto__') throw new AuthError('body_malformed');
    requireSafeString(name);
    requireSafeValue((value as Record<string, unknown>)[name], depth + 1);
  }
}

/** NUL ends strings in databases, and lone surrogates become something else on the way there. */
function requireSafeString(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) throw new AuthError('body_malformed');
}
