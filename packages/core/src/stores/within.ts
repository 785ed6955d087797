/**
 * For adapters: what `pending` resolves to, unless that takes longer than `timeoutMs`.
 *
 * @param onLate gets what came too late, to put it back where it belongs.
 * @throws `Error` when the time is over; `pending` goes on by itself.
 */
export function within<T>(
  timeoutMs: number,
  pending: Promise<T>,
  onLate: (late: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      reject(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    pending.then(
      (value) => {
        if (isOver) return onLate(value);
        clearTimeout(timer);
        resolve(value);
      },
      (reason: unknown) => {
        clearTimeout(timer);
        // Of no interest to anybody any more when the time is over.
        reject(reason);
      },
    );
  });
}
