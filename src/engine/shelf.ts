/** Models in memory: opened when first needed, the least recently used put away when they grow too many. */
export interface Shelf<T> {
  /** `holder`: the job that works with it; what is held is not put away before `letGo`. */
  get(key: string, bytes: number, open: () => Promise<T>, holder?: object): Promise<T>;
  letGo(holder: object): Promise<void>;
  clear(): Promise<void>;
}

interface Item<T> {
  bytes: number;
  value: Promise<T>;
  holders: Set<object>;
}

/** `budget` is in bytes of model files; the newest stays however large it is, and so does what is held. */
export function createShelf<T extends { release(): Promise<void> }>(budget: number): Shelf<T> {
  const items = new Map<string, Item<T>>();
  const total = () => [...items.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const remove = async (key: string) => {
    const item = items.get(key);
    items.delete(key);
    await item?.value.then((value) => value.release()).catch(() => {});
  };
  const makeRoom = async () => {
    const newest = [...items.keys()].at(-1);
    for (const [key, { holders }] of [...items]) {
      if (total() <= budget) break;
      if (key !== newest && holders.size === 0) await remove(key);
    }
  };
  return {
    async get(key, bytes, open, holder) {
      const item = items.get(key);
      items.delete(key);
      const kept = item ?? { bytes, value: open(), holders: new Set() };
      items.set(key, kept); // last in line to go
      if (holder) kept.holders.add(holder);
      kept.value.catch(() => items.delete(key));
      await makeRoom();
      return kept.value;
    },
    async letGo(holder) {
      for (const { holders } of items.values()) holders.delete(holder);
      await makeRoom();
    },
    async clear() {
      for (const key of [...items.keys()]) await remove(key);
    },
  };
}
