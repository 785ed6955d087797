/**
 * The bytes of canonical base64url text, or `null`.
 *
 * One value has one spelling: padding, white space, the other alphabet and unused trailing bits are refused, since
 * several spellings of one token would let it slip past a deny-list (RFC 4648 §3.5).
 */
export function decodeBase64Url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
