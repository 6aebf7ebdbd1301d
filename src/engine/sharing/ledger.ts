/**
 * Who is next. Deficit round robin (Shreedhar & Varghese 1995) over spaces, and within each over its people, in measured
 * milliseconds: the quantum is whatever the first of those who wait still lacks, so rounds in which nobody could pay are
 * never walked. A deficit is kept as what has been `served` against the level's `clock`, where the last turn began, both
 * in milliseconds ÷ weight: of two who always wait, one of twice the weight has twice the time.
 */
import type { Account } from './account.ts';

interface Holder {
  /** Milliseconds received ÷ weight, lifted to the clock whenever nothing of theirs waited: nothing is saved up. */
  served: number;
  /** What waits. */
  waiting: number;
  /** Jobs under way. */
  jobs: number;
}

interface Person extends Holder {
  /** Came without a debt and has had nothing yet: goes first, whatever its space has had. */
  isNew: boolean;
}

interface Space extends Holder {
  clock: number;
  people: Map<string, Person>;
}

export interface Ledger {
  /** A job begins, and ends when the answer is called: until then its person is not forgotten. */
  open(account: Account): () => void;
  /** Something of theirs begins to wait, or no longer does. */
  wait(account: Account): void;
  unwait(account: Account): void;
  /** A turn begins with them: both clocks move to whoever of those who wait has had least. To be told before `unwait`. */
  begin(account: Account): void;
  pay(account: Account, ms: number): void;
  /** Whose turn it is among some of those who wait; of equals the first. */
  choose<W extends { account: Account }>(waiting: readonly W[]): W;
  /** How far ahead of the clock they are, on either level, milliseconds. */
  lead(account: Account): number;
}

/** So much light work may be done before its turn: a filter, a preview, a small picture or two. */
export const HEAD_START_MS = 1500;

export function createLedger(): Ledger {
  const spaces = new Map<string, Space>();
  let clock = 0;

  const spaceOf = ({ space }: Account): Space => {
    const known = spaces.get(space);
    if (known) return known;
    const opened = { served: clock, waiting: 0, jobs: 0, clock: 0, people: new Map() };
    spaces.set(space, opened);
    return opened;
  };
  const personOf = (account: Account, { people, clock }: Space = spaceOf(account)): Person => {
    const known = people.get(account.person);
    if (known) return known;
    const opened = { served: clock, waiting: 0, jobs: 0, isNew: true };
    people.set(account.person, opened);
    return opened;
  };
  return {
    open(account) {
      const space = spaceOf(account);
      for (const [name, { jobs, waiting, served }] of space.people)
        if (jobs === 0 && waiting === 0 && served <= space.clock) space.people.delete(name); // as good as never seen
      const person = personOf(account, space);
      if (person.jobs === 0) person.isNew = person.served <= space.clock;
      person.jobs++;
      space.jobs++;
      return () => {
        person.jobs--;
        space.jobs--;
        if (space.jobs === 0) space.people.clear(); // nobody lacked what they had
        if ([...spaces.values()].every(({ jobs }) => jobs === 0)) spaces.clear();
      };
    },
    wait(account) {
      const space = spaceOf(account);
      const person = personOf(account, space);
      if (space.waiting++ === 0) space.served = Math.max(space.served, clock);
      if (person.waiting++ === 0) person.served = Math.max(person.served, space.clock);
    },
    unwait(account) {
      const space = spaceOf(account);
      space.waiting--;
      personOf(account, space).waiting--;
    },
    begin(account) {
      const space = spaceOf(account);
      clock = Math.max(clock, leastOf(spaces.values()));
      space.clock = Math.max(space.clock, leastOf(space.people.values()));
    },
    pay(account, ms) {
      const space = spaceOf(account);
      const person = personOf(account, space);
      const share = ms / (account.weight ?? 1);
      space.served += share;
      person.served += share;
      person.isNew = false;
    },
    choose(waiting) {
      const [only] = waiting as readonly [(typeof waiting)[number]];
      if (waiting.every(({ account }) => account === only.account)) return only;
      const fresh = waiting.filter(({ account }) => personOf(account).isNew);
      const due = (served: number, { light }: Account) => served - (light ? HEAD_START_MS : 0);
      const ofSpace = first(waiting, ({ account }) => due(spaceOf(account).served, account)).account.space;
      const inSpace = waiting.filter(({ account }) => account.space === ofSpace);
      const ofPerson = first(inSpace, ({ account }) => due(personOf(account).served, account)).account.person;
      const theirs = fresh.length > 0 ? fresh : inSpace.filter(({ account }) => account.person === ofPerson);
      const small = theirs.filter(({ account }) => account.light);
      return first(small.length > 0 ? small : theirs, ({ account }) => account.id);
    },
    lead(account) {
      const space = spaceOf(account);
      return Math.max(space.served - clock, personOf(account, space).served - space.clock);
    },
  };
}

/** What has been served to whoever waits and has had least. */
function leastOf(holders: Iterable<Holder>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { waiting, served } of holders) if (waiting > 0 && served < least) least = served;
  return least;
}

const first = <T>(items: readonly T[], by: (item: T) => number): T =>
  items.reduce((best, item) => (by(item) < by(best) ? item : best));
