/** Things that are in memory once, however many use them: a decoder that a model and its LoRA variants share. */
interface Releasable {
  release(): Promise<void>;
}

export interface Lending {
  /** The one there is under this key, opened if there is none; it goes when all who have it have released it. */
  borrow<T extends Releasable>(key: string, open: () => Promise<T>): Promise<T>;
}

export function createLending(): Lending {
  const lent = new Map<string, { value: Promise<Releasable>; users: number }>();
  return {
    async borrow<T extends Releasable>(key: string, open: () => Promise<T>): Promise<T> {
      const item = lent.get(key) ?? { value: open(), users: 0 };
      lent.set(key, item);
      item.users++;
      const giveBack = async () => {
        if (--item.users > 0) return;
        if (lent.get(key) === item) lent.delete(key);
        await (await item.value).release();
      };
      try {
        const value = (await item.value) as T;
        let released: Promise<void> | undefined;
        return { ...value, release: () => (released ??= giveBack()) };
      } catch (error) {
        if (lent.get(key) === item) lent.delete(key);
        throw error;
      }
    },
  };
}
