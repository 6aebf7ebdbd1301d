/** What a text encoder answered lately, by the ids it was given: least recently used rows go first. */
export interface RowCache<V> {
  get(key: string): V | undefined;
  set(key: string, value: V, bytes: number): void;
}

export function createRowCache<V>(budgetBytes: number): RowCache<V> {
  const rows = new Map<string, { value: V; bytes: number }>();
  let total = 0;
  return {
    get(key) {
      const row = rows.get(key);
      if (!row) return undefined;
      rows.delete(key);
      rows.set(key, row); // last in line to go
      return row.value;
    },
    set(key, value, bytes) {
      total += bytes - (rows.get(key)?.bytes ?? 0);
      rows.delete(key);
      rows.set(key, { value, bytes });
      for (const [oldest, row] of rows) {
        if (total <= budgetBytes) break;
        rows.delete(oldest);
        total -= row.bytes;
      }
    },
  };
}
