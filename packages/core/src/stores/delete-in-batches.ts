const batch = 500;

/**
 * Deletes what has expired, some at a time, so that no step holds up those who are being served.
 *
 * @param deleteExpired the store's own; fewer than asked for means that all is done.
 * @param isOver asked after each batch: enough for now.
 * @returns how many.
 */
export async function deleteInBatches(
  deleteExpired: (limit: number) => Promise<number>,
  isOver: () => boolean = () => false,
): Promise<number> {
  let total = 0;
  for (;;) {
    const deleted = await deleteExpired(batch);
    total += deleted;
    if (deleted < batch || isOver()) return total;
  }
}
