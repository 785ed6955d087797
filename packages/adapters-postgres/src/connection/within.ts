/**
 * What `pending` resolves to, unless that takes longer than `timeoutMs`.
 *
 * @param onLate gets what came too late, to put it back where it belongs.
 * @throws `Error` when the time is over; `pending` goes on by itself.
 */
export async function within<T>(
  timeoutMs: number,
  pending: Promise<T>,
  onLate: (late: T) => void = () => {},
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isOver = true;
      reject(new Error(`Postgres did not answer within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  pending.then(
    (value) => {
      if (isOver) onLate(value);
    },
    // Reported by the race below, or of no interest to anybody any more.
    () => {},
  );
  try {
    return await Promise.race([pending, limit]);
  } finally {
    clearTimeout(timer);
  }
}
