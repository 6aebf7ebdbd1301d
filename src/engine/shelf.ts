/** Models in memory: opened when first needed, the least recently used put away when they grow too many. */
export interface Shelf<T> {
  /** `holder`: the job that works with it; what is held is not put away before `letGo`. `name`: what people call it. */
  get(key: string, bytes: number, open: () => Promise<T>, holder?: object, name?: string): Promise<T>;
  letGo(holder: object): Promise<void>;
  /** Of what is open. */
  names(): string[];
  /** Opened, or about to be. */
  bytes(): number;
  clear(): Promise<void>;
}

export interface ShelfOptions {
  /** Bytes to keep free of models: what the calls that are under way may take. */
  reserved?: () => number;
  /** Resident memory of the process, by which a model is weighed as it is opened. */
  resident?: () => number;
  /** Told when names() has changed. */
  onChange?: () => void;
}

interface Item<T> {
  bytes: number;
  name: string;
  value: Promise<T>;
  isOpen: boolean;
  holders: Set<object>;
}

/** What a model may weigh at most, in sizes of its files: others grow too while it is opened. */
const HEAVIEST = 3;

/** `budget` is in bytes; the newest stays however large it is, and so does what is held. */
export function createShelf<T extends { release(): Promise<void> }>(
  budget: number,
  { reserved = () => 0, resident, onChange = () => {} }: ShelfOptions = {},
): Shelf<T> {
  const items = new Map<string, Item<T>>();
  const bytes = () => [...items.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const remove = async (key: string) => {
    const item = items.get(key);
    items.delete(key);
    onChange();
    await item?.value.then((value) => value.release()).catch(() => {});
  };
  const makeRoom = async () => {
    const newest = [...items.keys()].at(-1);
    for (const [key, { holders }] of [...items]) {
      if (bytes() + reserved() <= budget) break;
      if (key !== newest && holders.size === 0) await remove(key);
    }
  };
  const add = (files: number, open: () => Promise<T>, name: string): Item<T> => {
    const opened = async () => {
      await makeRoom(); // what goes is gone before something comes
      const before = resident?.() ?? 0;
      const value = await open();
      const grown = (resident?.() ?? 0) - before;
      Object.assign(item, { bytes: Math.min(Math.max(files, grown), HEAVIEST * files), isOpen: true });
      onChange();
      return value;
    };
    const item: Item<T> = {
      bytes: files,
      name,
      value: Promise.resolve().then(opened),
      isOpen: false,
      holders: new Set(),
    };
    return item;
  };
  return {
    async get(key, files, open, holder, name = key) {
      const item = items.get(key) ?? add(files, open, name);
      items.delete(key);
      items.set(key, item); // last in line to go
      if (holder) item.holders.add(holder);
      item.value.catch(() => items.get(key) === item && items.delete(key));
      return item.value;
    },
    async letGo(holder) {
      for (const { holders } of items.values()) holders.delete(holder);
      await makeRoom();
    },
    names: () => [...new Set([...items.values()].filter(({ isOpen }) => isOpen).map(({ name }) => name))],
    bytes,
    async clear() {
      for (const key of [...items.keys()]) await remove(key);
    },
  };
}
