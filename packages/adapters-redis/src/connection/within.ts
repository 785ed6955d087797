/**
 * What `pending` resolves to, unless that takes longer than `timeoutMs`.
 *
 * @throws `Error` when the time is over; `pending` goes on by itself.
 */
export async function within<T>(timeoutMs: number, pending: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    // The race listens to both, so the one that comes too late is nobody's unhandled rejection.
    return await Promise.race([pending, limit]);
  } finally {
    clearTimeout(timer);
  }
}
