/** Deletes at most `limit` entries that are past their time. @returns how many. */
export function deleteWhere<Value>(
  entries: Map<string, Value>,
  isExpired: (value: Value) => boolean,
  limit: number,
): number {
  let deleted = 0;
  for (const [key, value] of entries) {
    if (deleted === limit) break;
    if (!isExpired(value)) continue;
    entries.delete(key);
    deleted++;
  }
  return deleted;
}
