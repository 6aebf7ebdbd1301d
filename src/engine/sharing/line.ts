/** What waits for the device, and what its next call is made of. Decides only; turns.ts does the work. */
import type { Account } from './account.ts';
import { createLedger, type Ledger } from './ledger.ts';

/** Rows that may share a call. */
export interface Lot {
  /** The most rows the next call should have. */
  most(): number;
  /** What a row costs, about; milliseconds. */
  share(): number;
}

export interface Unit {
  account: Account;
  /** Absent: a call of its own. */
  lot?: Lot;
  /** Units of a lot with the same one go together where there is room: both rows of a guided picture. */
  bundle?: unknown;
}

export interface Line<U extends Unit> extends Pick<Ledger, 'open'> {
  add(unit: U): void;
  /** Takes out what is no longer wanted. */
  drop(unwanted: (unit: U) => boolean): U[];
  /** The next call: one unit, or several of one lot. Empty when nothing waits. */
  take(): U[];
  /** What it cost, shared equally; to be told before the next is taken. */
  settle(call: readonly U[], ms: number): void;
}

export function createLine<U extends Unit>(): Line<U> {
  const ledger = createLedger();
  let waiting: U[] = [];
  const paid = new Map<U, number>();

  const free = ({ account }: Unit) => account.house === true;
  /** What a row is expected to cost is paid at once, so that the next of the same call goes to somebody else. */
  const put = (unit: U) => {
    waiting.splice(waiting.indexOf(unit), 1);
    if (free(unit)) return;
    ledger.unwait(unit.account);
    paid.set(unit, unit.lot?.share() ?? 0);
    ledger.pay(unit.account, paid.get(unit)!);
  };

  const fill = (leader: U, lot: Lot): U[] => {
    const call = [leader];
    const most = lot.most();
    if (waiting.length < most && waiting.every((unit) => unit.lot === lot)) {
      for (const unit of [...waiting]) {
        put(unit); // room for everybody, and nobody else to wait
        call.push(unit);
      }
      return call;
    }
    const slack = most * lot.share();
    while (call.length < most) {
      const riders = waiting.filter((unit) => unit.lot === lot);
      const others = waiting.some((unit) => unit.lot !== lot);
      // Riding along is cheap, but not a way to get far ahead of those who wait for another call.
      const welcome = others ? riders.filter((unit) => free(unit) || ledger.lead(unit.account) <= slack) : riders;
      if (welcome.length === 0) break;
      const bundled = call.flatMap(({ bundle }) =>
        welcome.filter((unit) => bundle !== undefined && unit.bundle === bundle),
      );
      const next = bundled[0] ?? ledger.choose(welcome);
      put(next);
      call.push(next);
    }
    return call;
  };

  return {
    open: ledger.open,
    add(unit) {
      waiting.push(unit);
      if (!free(unit)) ledger.wait(unit.account);
    },
    drop(unwanted) {
      const dropped = waiting.filter(unwanted);
      if (dropped.length === 0) return dropped;
      waiting = waiting.filter((unit) => !dropped.includes(unit));
      for (const unit of dropped) if (!free(unit)) ledger.unwait(unit.account);
      return dropped;
    },
    take() {
      if (waiting.length === 0) return [];
      const leader = waiting.find(free) ?? ledger.choose(waiting);
      if (!free(leader)) ledger.begin(leader.account);
      put(leader);
      return leader.lot ? fill(leader, leader.lot) : [leader];
    },
    settle(call, ms) {
      for (const unit of call) {
        if (!free(unit)) ledger.pay(unit.account, ms / call.length - paid.get(unit)!);
        paid.delete(unit);
      }
    },
  };
}
