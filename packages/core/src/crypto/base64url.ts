/**
 * The bytes of canonical base64url text, or `null`.
 *
 * One value has one spelling: padding, white space, the other alphabet and unused trailing bits are refused, since
 * several spellings of one token would let it slip past a deny-list (RFC 4648 §3.5).
 */
export function decodeBase64Url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return isSpelling(text, bytes) ? bytes : null;
}

/**
 * Whether encoding `bytes` would give `text`, without doing so for more than the end: on the path of every request it
 * saves as much as the decoding takes.
 *
 * The decoder leaves out what it does not know, so that something is missing then. What it takes besides the alphabet
 * are `+` and `/`, and letters beyond ASCII, of which it reads the lower eight bits.
 */
function isSpelling(text: string, bytes: Buffer): boolean {
  if (bytes.length !== (text.length * 3) >> 2 || Buffer.byteLength(text) !== text.length) return false;
  if (text.includes('+') || text.includes('/')) return false;
  const tailLength = text.length & 3;
  if (tailLength === 0) return true;
  return bytes.toString('base64url', bytes.length - tailLength + 1) === text.slice(-tailLength);
}
