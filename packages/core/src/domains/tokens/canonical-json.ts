import { isUtf8 } from 'node:buffer';

/** A JSON object whose members are not yet known to be anything. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The text in `bytes`, or `null` when they are not UTF-8: decoding them would silently replace what is wrong. */
export function decodeUtf8(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

/**
 * The object in `json`, or `null`.
 *
 * Accepts only what `JSON.stringify` would have written. That one comparison refuses duplicate members (of which two
 * parsers may believe different ones, RFC 8725 §2.4), white space, second spellings of strings and numbers, and numbers
 * beyond a double such as `1e999`.
 */
export function parseJsonObject(json: string): JsonObject | null {
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
