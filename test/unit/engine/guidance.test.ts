import { describe, expect, it, vi } from 'vitest';
import { constantPlan, type PromptPlan } from '../../../src/engine/diffusion/condition.ts';
import { type Guidance, guide, type PredictAll } from '../../../src/engine/diffusion/guidance.ts';
import { exploding, unit } from '../../../src/engine/diffusion/preconditioning.ts';
import { denoiser } from '../../../src/engine/diffusion/prediction.ts';

/** A network whose answer to a condition is that number and its square. */
const predict = vi.fn<PredictAll<number>>(async (_x, _sigma, asks) =>
  asks.map(({ condition }) => Float32Array.of(condition, condition ** 2)),
);
const asked = () => predict.mock.lastCall![2];
/** σ runs from 10 to 1 in ten steps. */
const shareOf = (sigma: number) => (10 - sigma) / 10;
const answer = async (positive: PromptPlan<number>, guidance: Guidance, sigma = 10, negative = 5) => {
  const denoise = guide(predict, { positive, negative: constantPlan(negative) }, guidance, shareOf);
  return [...(await denoise(Float32Array.of(0, 0), sigma))];
};
const sumOf = (...parts: [number, number][]): PromptPlan<number> => ({
  at: () => parts.map(([condition, weight]) => ({ condition, weight })),
});

describe('guidance', () => {
  it('at scale 1 asks once, about the prompt alone', async () => {
    expect(await answer(constantPlan(2), { scale: 1 })).toEqual([2, 4]);
    expect(asked()).toHaveLength(1);
  });

  it('above 1 overshoots the prompt, away from the negative', async () => {
    expect(await answer(constantPlan(2), { scale: 4 })).toEqual([5 + 4 * (2 - 5), 25 + 4 * (4 - 25)]);
    expect(asked().map(({ positive }) => positive)).toEqual([true, false]);
  });

  it('at 0 asks once, about the negative alone', async () => {
    expect(await answer(constantPlan(2), { scale: 0 })).toEqual([5, 25]);
    expect(asked()).toHaveLength(1);
  });

  it('outside of its interval is none, and costs one pass', async () => {
    const interval = [0.2, 0.6] as const;
    for (const sigma of [10, 9, 4, 1]) {
      expect(await answer(constantPlan(2), { scale: 4, interval }, sigma)).toEqual([2, 4]);
      expect(asked()).toHaveLength(1);
    }
    for (const sigma of [8, 6, 5])
      expect(await answer(constantPlan(2), { scale: 4, interval }, sigma)).toEqual(
        await answer(constantPlan(2), { scale: 4 }),
      );
  });

  it('follows a prompt that changes over the run', async () => {
    const plan: PromptPlan<number> = { at: (share) => [{ condition: share < 0.5 ? 2 : 3, weight: 1 }] };
    expect(await answer(plan, { scale: 4 }, 6)).toEqual(await answer(constantPlan(2), { scale: 4 }));
    expect(await answer(plan, { scale: 4 }, 5)).toEqual(await answer(constantPlan(3), { scale: 4 }));
  });
});

describe('AND', () => {
  it('of one prompt is that prompt', async () => {
    expect(await answer(sumOf([2, 1]), { scale: 4 })).toEqual(await answer(constantPlan(2), { scale: 4 }));
  });

  it('adds up the ways from the negative to each: Liu et al. 2022, eq. 11', async () => {
    const [first] = await answer(sumOf([2, 1.5], [3, -0.5], [7, 1]), { scale: 4 });
    expect(first).toBeCloseTo(5 + 4 * (1.5 * (2 - 5) - 0.5 * (3 - 5) + (7 - 5)), 5);
  });

  it('of two halves of one prompt is that prompt, and asks about no negative at scale 1', async () => {
    expect(await answer(sumOf([2, 0.5], [2, 0.5]), { scale: 4 })).toEqual(await answer(constantPlan(2), { scale: 4 }));
    await answer(sumOf([2, 0.5], [3, 0.5]), { scale: 1 });
    expect(asked().every(({ positive }) => positive)).toBe(true);
  });

  it('does not ask about what weighs nothing', async () => {
    await answer(sumOf([2, 1], [3, 0]), { scale: 4 });
    expect(asked().map(({ condition }) => condition)).toEqual([2, 5]);
  });
});

describe('rescale', () => {
  const deviation = ([a, b]: number[]) => Math.abs(a! - b!) / 2;

  it('at 1 gives the contrast of the unguided answer: Lin et al. 2023, eq. 15', async () => {
    const out = await answer(constantPlan(2), { scale: 4, rescale: 1 });
    expect(deviation(out)).toBeCloseTo(deviation([2, 4]), 5);
    const plain = await answer(constantPlan(2), { scale: 4 });
    expect(out[0]! / out[1]!).toBeCloseTo(plain[0]! / plain[1]!, 5);
  });

  it('between goes so far: eq. 16', async () => {
    const [none, some, all] = await Promise.all(
      [0, 0.7, 1].map((rescale) => answer(constantPlan(2), { scale: 4, rescale })),
    );
    expect(some![0]).toBeCloseTo(0.3 * none![0]! + 0.7 * all![0]!, 4);
  });

  it('changes nothing where there is no guidance', async () => {
    expect(await answer(constantPlan(2), { scale: 1, rescale: 0.7 })).toEqual([2, 4]);
  });
});

/** A sample of a known picture and noise, and what a perfect network of each kind would answer. */
const [x0, noise, sigma] = [0.7, -1.3, 2.5];
const [alpha, beta] = [1 / Math.hypot(1, sigma), sigma / Math.hypot(1, sigma)];
it.each([
  ['epsilon', noise],
  ['v_prediction', alpha * noise - beta * x0],
  ['sample', x0],
] as const)('a perfect %s network gives back the picture', async (kind, answer) => {
  const denoise = denoiser(exploding(kind), async () => Float32Array.of(answer));
  expect((await denoise(Float32Array.of(x0 + sigma * noise), sigma))[0]).toBeCloseTo(x0, 6);
});

it('shows the network an input of variance 1', () => {
  expect(unit(sigma) ** 2 * (1 + sigma ** 2)).toBeCloseTo(1, 12);
});
