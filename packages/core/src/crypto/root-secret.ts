/** The fewest bytes that a root secret may have: 256 bits (RFC 8725 §3.5). */
export const minRootSecretBytes = 32;

// Words that give away a placeholder, whatever is around them.
const placeholder =
  /secret|password|passw0rd|changeme|change[-_ ]me|example|default|tessera|qwerty|letmein|12345678|abcdefgh/i;

// A random 32-byte value has about 31 different bytes, and 32 hexadecimal digits of one have about 14.
const minDistinctBytes = 10;

/**
 * The bytes of a root secret that is good enough to derive every other key from.
 *
 * Text counts by its UTF-8 bytes. Make one with `openssl rand -base64 48`.
 *
 * @throws `TypeError` naming `option`, and never holding the value, when it is shorter than 32 bytes, repeats itself,
 * or contains a well-known word.
 */
export function requireRootSecret(option: string, value: string | Uint8Array): Uint8Array {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new TypeError(`${option}: expected a string or bytes`);
  }
  const bytes = Buffer.from(value);
  if (bytes.length < minRootSecretBytes) {
    throw new TypeError(
      `${option}: needs at least ${minRootSecretBytes} bytes; make one with: openssl rand -base64 48`,
    );
  }
  if (isRepetitive(bytes))
    throw new TypeError(`${option}: repeats itself; make one with: openssl rand -base64 48`);
  if (placeholder.test(bytes.toString('latin1'))) {
    throw new TypeError(`${option}: contains a well-known word; make one with: openssl rand -base64 48`);
  }
  return bytes;
}

function isRepetitive(bytes: Buffer): boolean {
  if (new Set(bytes).size < minDistinctBytes) return true;
  for (let period = 1; period <= bytes.length / 2; period++) {
    if (bytes.subarray(period).equals(bytes.subarray(0, bytes.length - period))) return true;
  }
  return isCounting(bytes);
}

function isCounting(bytes: Buffer): boolean {
  const step = ((bytes[1] ?? 0) - (bytes[0] ?? 0)) & 0xff;
  return bytes.every((byte, at) => at === 0 || ((byte - (bytes[at - 1] ?? 0)) & 0xff) === step);
}
