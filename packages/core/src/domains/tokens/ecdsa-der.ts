// A P-256 signature is two integers of 32 bytes. JWS writes them side by side (RFC 7518 §3.4), OpenSSL wraps them in
// ASN.1 DER. Converting here is cheaper than asking Node for it: its options object costs 17 to 35 µs.

const integerBytes = 32;
const sequenceTag = 0x30;
const integerTag = 0x02;

/** The DER form of a 64-byte signature, or `null` when the length is wrong or one of the integers is zero. */
export function ecdsaToDer(signature: Uint8Array): Uint8Array | null {
  if (signature.length !== 2 * integerBytes) return null;
  // Zeroed: the sign byte of an integer is never written.
  const der = new Uint8Array(2 * (integerBytes + 3) + 2);
  const middle = writeInteger(der, 2, signature, 0);
  const end = writeInteger(der, middle, signature, integerBytes);
  if (middle === 2 || end === middle) return null;
  der[0] = sequenceTag;
  der[1] = end - 2;
  return der.subarray(0, end);
}

/** The 64-byte form of a DER signature that OpenSSL has just made. */
export function ecdsaFromDer(der: Uint8Array): Uint8Array {
  const signature = new Uint8Array(2 * integerBytes);
  const firstLength = der[3] ?? 0;
  const second = 4 + firstLength + 2;
  copyInteger(der.subarray(4, 4 + firstLength), signature.subarray(0, integerBytes));
  copyInteger(der.subarray(second), signature.subarray(integerBytes));
  return signature;
}

// Returns where the integer ends, or `at` itself when it is zero.
function writeInteger(der: Uint8Array, at: number, signature: Uint8Array, from: number): number {
  const to = from + integerBytes;
  let start = from;
  while (start < to && signature[start] === 0) start++;
  if (start === to) return at;
  // DER integers have a sign: a leading zero keeps a high first bit from meaning "negative".
  const sign = (signature[start] ?? 0) >= 0x80 ? 1 : 0;
  const length = to - start + sign;
  der[at] = integerTag;
  der[at + 1] = length;
  der.set(signature.subarray(start, to), at + 2 + sign);
  return at + 2 + length;
}

function copyInteger(integer: Uint8Array, target: Uint8Array): void {
  const excess = Math.max(0, integer.length - integerBytes);
  target.set(integer.subarray(excess), integerBytes - (integer.length - excess));
}
