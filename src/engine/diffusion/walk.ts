/** From one picture to another in frames: straight in the conditions (and along the great circle in the noise: noise.ts). */
import { blend } from '../tensor.ts';
import type { Condition, Part, PromptPlan, PromptPlans } from './condition.ts';

/** The ends are the ends themselves, so that their pictures are the single ones. */
export function plansBetween(share: number, from: PromptPlans, to: PromptPlans): PromptPlans {
  if (share === 0) return from;
  if (share === 1) return to;
  return {
    positive: planBetween(share, from.positive, to.positive),
    negative: planBetween(share, from.negative, to.negative),
  };
}

function planBetween(share: number, from: PromptPlan, to: PromptPlan): PromptPlan {
  const known = new Map<Condition, Map<Condition, Condition>>();
  const between = (a: Condition, b: Condition): Condition => {
    const mixed = known.get(a)?.get(b) ?? mix(share, a, b);
    known.set(a, (known.get(a) ?? new Map()).set(b, mixed));
    return mixed;
  };
  return {
    at(step) {
      const [parts, others] = [from.at(step), to.at(step)];
      if (parts.length === others.length)
        return parts.map((part, i): Part => {
          const other = others[i]!;
          const weight = (1 - share) * part.weight + share * other.weight;
          return { condition: between(part.condition, other.condition), weight };
        });
      // Prompts joined of different numbers of parts have no counterparts: their answers are mixed instead.
      return [
        ...parts.map(({ condition, weight }) => ({ condition, weight: (1 - share) * weight })),
        ...others.map(({ condition, weight }) => ({ condition, weight: share * weight })),
      ];
    },
  };
}

const mix = (share: number, a: Condition, b: Condition): Condition => ({
  ...a,
  data: blend(1 - share, a.data, share, b.data),
  ...(a.pooled && b.pooled && { pooled: blend(1 - share, a.pooled, share, b.pooled) }),
});
