/** How long jobs take here, and how far that scatters, from those that have lately finished. */
import type { Line } from '../core/records.ts';

/** Below this many finished jobs of a kind and model we would be guessing. */
const ENOUGH = 3;
/** Until there are this many, what we do not know yet is added: half as long, or twice. */
const TRUSTED = 10;
const UNKNOWN = [0.6, 0.85, 1.2, 1.7];

export interface Pace {
  /** Milliseconds, as likely less as more. Undefined without enough history. */
  expectedMs(job: { kind: string; model: string; cost: number }): number | undefined;
  /** Actual ÷ expected of recent jobs, oldest first: neighbours shared the machine's good and bad hours. */
  ratios: readonly number[];
}

export function paceOf(paces: Line['paces']): Pace {
  const rates = new Map<string, number[]>();
  for (const { kind, model, rate } of paces) {
    const known = rates.get(`${kind} ${model}`) ?? [];
    rates.set(`${kind} ${model}`, [...known, rate]);
  }
  const usual = new Map([...rates].filter(([, all]) => all.length >= ENOUGH).map(([name, all]) => [name, median(all)]));
  const ratios = paces.flatMap(({ kind, model, rate }) => {
    const expected = usual.get(`${kind} ${model}`);
    return expected ? [rate / expected] : [];
  });
  return {
    expectedMs({ kind, model, cost }) {
      const rate = usual.get(`${kind} ${model}`);
      return rate === undefined ? undefined : Math.max(1, rate * cost);
    },
    ratios: ratios.length < TRUSTED ? [...ratios, ...UNKNOWN] : ratios,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
