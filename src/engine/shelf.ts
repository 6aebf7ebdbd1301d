/** Models in memory: opened when first needed, the least recently used put away when they grow too many. */
export interface Shelf<T> {
  get(key: string, bytes: number, open: () => Promise<T>): Promise<T>;
  clear(): Promise<void>;
}

interface Item<T> {
  bytes: number;
  value: Promise<T>;
}

/** `budget` is in bytes of model files; the newest stays however large it is. Nothing in use is ever put away mid-job when jobs run one by one. */
export function createShelf<T extends { release(): Promise<void> }>(budget: number): Shelf<T> {
  const items = new Map<string, Item<T>>();
  const total = () => [...items.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const remove = async (key: string) => {
    const item = items.get(key);
    items.delete(key);
    await item?.value.then((value) => value.release()).catch(() => {});
  };
  return {
    async get(key, bytes, open) {
      const item = items.get(key);
      items.delete(key);
      const kept = item ?? { bytes, value: open() };
      items.set(key, kept); // last in line to go
      kept.value.catch(() => items.delete(key));
      for (const oldest of items.keys()) {
        if (total() <= budget || oldest === key) break;
        await remove(oldest);
      }
      return kept.value;
    },
    async clear() {
      for (const key of [...items.keys()]) await remove(key);
    },
  };
}
