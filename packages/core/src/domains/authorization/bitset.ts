/** A set of small whole numbers, one bit each. */
export function createBits(size: number, numbers: Iterable<number> = []): Uint32Array {
  const bits = new Uint32Array(Math.ceil(size / 32));
  for (const number of numbers) addBit(bits, number);
  return bits;
}

/** Adds one number. */
export function addBit(bits: Uint32Array, number: number): void {
  bits[number >>> 5] = (bits[number >>> 5] as number) | (1 << (number & 31));
}

/** Adds all of `more`. */
export function addBits(bits: Uint32Array, more: Uint32Array): void {
  for (let word = 0; word < more.length; word += 1)
    bits[word] = (bits[word] as number) | (more[word] as number);
}

/** Whether the number is in the set. */
export function hasBit(bits: Uint32Array, number: number): boolean {
  return ((bits[number >>> 5] as number) & (1 << (number & 31))) !== 0;
}
