/** What one argon2id computation costs. */
export interface Argon2Parameters {
  /** Memory in KiB: at most 262,144 (256 MiB). */
  readonly memoryKiB: number;
  /** Passes over the memory. Memory times passes is at most 2 GiB, which is about a second or two. */
  readonly iterations: number;
  /** Lanes, 1 to 16. */
  readonly parallelism: number;
}

const maxMemoryKiB = 262_144;
const maxPassesKiB = 2_097_152;
const maxParallelism = 16;

/** Whether argon2 accepts the parameters, and computing them is bounded in time and memory. */
export function isComputable({ memoryKiB, iterations, parallelism }: Argon2Parameters): boolean {
  return (
    parallelism <= maxParallelism &&
    memoryKiB >= 8 * parallelism &&
    memoryKiB <= maxMemoryKiB &&
    memoryKiB * iterations <= maxPassesKiB
  );
}
