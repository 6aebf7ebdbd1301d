/** Lets those with the same key through one at a time, in order of arrival; different keys do not wait for each other. */
export interface Turnstile {
  pass<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function createTurnstile(): Turnstile {
  const last = new Map<string, Promise<unknown>>();
  return {
    pass(key, work) {
      const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
      last.set(key, mine);
      const leave = () => {
        if (last.get(key) === mine) last.delete(key);
      };
      mine.then(leave, leave);
      return mine;
    },
  };
}
