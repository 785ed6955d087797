import { decodeBase64Url } from '../../crypto/base64url.js';

/** What a one-time token holds: `ot1_` and the base64url of `id (16) · secret (32)`. */
interface TokenParts {
  /** Safe to log. */
  readonly id: string;
  readonly secret: Uint8Array;
}

const prefix = 'ot1_';
const idBytes = 16;
const secretBytes = 32;

/** The token as text: 68 characters. */
export function writeOneTimeToken({ id, secret }: TokenParts): string {
  return prefix + Buffer.concat([Buffer.from(id, 'base64url'), secret]).toString('base64url');
}

/** The parts of a token, or `null` for text of another form. */
export function readOneTimeToken(text: unknown): TokenParts | null {
  if (typeof text !== 'string' || !text.startsWith(prefix)) return null;
  const bytes = decodeBase64Url(text.slice(prefix.length));
  if (bytes === null || bytes.length !== idBytes + secretBytes) return null;
  return { id: bytes.toString('base64url', 0, idBytes), secret: bytes.subarray(idBytes) };
}
