import { isUtf8 } from 'node:buffer';

/** A JSON object whose members are not yet known to be anything. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The JSON object in `bytes`, or `null`.
 *
 * Accepts only what `JSON.stringify` would have written. That one comparison refuses duplicate members (of which two
 * parsers may believe different ones, RFC 8725 §2.4), white space, second spellings of strings and numbers, and numbers
 * beyond a double such as `1e999`.
 */
export function parseJsonObject(bytes: Buffer): JsonObject | null {
  // Checked beforehand, since decoding would silently replace what is not UTF-8.
  if (!isUtf8(bytes)) return null;
  const json = bytes.toString('utf8');
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) && JSON.stringify(value) === json ? value : null;
  } catch {
    // Not JSON, or nested so deeply that the stack ends.
    return null;
  }
}

/** `value` as canonical base64url text. */
export function encodeJsonObject(value: JsonObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
