/** Who asks for what, when: people of all kinds coming one by one, all at once, and one who wants everything. */
export interface Asked {
  /** Milliseconds after the beginning. */
  atMs: number;
  person: string;
  heavy: boolean;
  seed: number;
}

export interface Traffic {
  random: () => number;
  /** How much of each there is. */
  jobs: number;
  /** Milliseconds of engine time of a light and of a heavy job, as measured. */
  lightMs: number;
  heavyMs: number;
}

export type Trace = (traffic: Traffic) => Asked[];

const LOAD = 0.9;
const HEAVY_SHARE = 0.3;
const seedOf = (random: () => number) => Math.floor(random() * 2 ** 31);
const inOrder = (asked: Asked[]) => asked.sort((a, b) => a.atMs - b.atMs);

export const TRACES = {
  /** Eight people; those with even numbers ask for little, the others for much. */
  poisson({ random, jobs, lightMs, heavyMs }) {
    const gapMs = ((1 - HEAVY_SHARE) * lightMs + HEAVY_SHARE * heavyMs) / LOAD;
    let atMs = 0;
    return Array.from({ length: jobs }, () => {
      atMs -= Math.log(1 - random()) * gapMs;
      const heavy = random() < HEAVY_SHARE;
      const person = `${heavy ? 'heavy' : 'light'} ${Math.floor(random() * 4)}`;
      return { atMs, person, heavy, seed: seedOf(random) };
    });
  },

  /** Six people ask within a second, and half of them once more in the middle of it. */
  burst({ random, jobs, lightMs, heavyMs }) {
    const each = Math.ceil(jobs / 9);
    const halfMs = 9 * each * 0.5 * (0.5 * lightMs + 0.5 * heavyMs);
    const ask = (person: number, fromMs: number) =>
      Array.from({ length: each }, () => {
        const heavy = person % 2 === 1;
        return { atMs: fromMs + random() * 1_000, person: `p${person}`, heavy, seed: seedOf(random) };
      });
    const first = [0, 1, 2, 3, 4, 5].flatMap((person) => ask(person, 0));
    return inOrder([...first, ...[0, 1, 2].flatMap((person) => ask(person, halfMs))]);
  },

  /** One asks for three quarters of everything at once; five others ask for one light picture now and then. */
  'one hog'({ random, jobs, heavyMs }) {
    const heavy = Math.ceil(jobs * 0.75);
    const hog = Array.from({ length: heavy }, () => ({
      ...{ atMs: 0, person: 'hog', heavy: true, seed: seedOf(random) },
    }));
    const others = Array.from({ length: jobs - heavy }, (_, i) => ({
      ...{ atMs: random() * heavy * heavyMs * 0.8, person: `guest ${i % 5}`, heavy: false, seed: seedOf(random) },
    }));
    return inOrder([...hog, ...others]);
  },
} satisfies Record<string, Trace>;
