/** What the built-in model makes of one prompt. After new weights: `UPDATE_GOLDEN=1 npx vitest run --project integration test/golden`, and look at the picture. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RequestInput } from '../../src/core/request.ts';
import { driftOf, type Easel, openEasel } from './recorded.ts';

let easel: Easel;
beforeAll(async () => {
  easel = await openEasel();
});
afterAll(() => easel?.close());

const apples = (over: Partial<Extract<RequestInput, { kind: 'imagine' }>> = {}) =>
  easel.plan({ kind: 'imagine', prompt: 'two red apples on a blue background', seed: 7, ...over });

it('draws the recorded picture from the recorded recipe', async () => {
  // Other kernels (4 or 8 threads, which another CPU may resemble) differ by 0.00003 grey levels on average; one step
  // less, guidance 2.5 % higher, or another sampler by 0.2 and more.
  expect(await driftOf(easel, 'two-red-apples-7', apples())).toBeLessThan(0.05);
});

/** One of each kind of sampler: by σ, ancestral, multistep, by timestep, corrected, for the SDE, twice a step, by quantiles. */
const KINDS = [
  ...(['euler', 'euler_a', 'dpmpp_2m_karras', 'ddim', 'unipc', 'dpmpp_sde_karras', 'heun'] as const),
  ...(['dpm2_a', 'dpmpp_2m_beta'] as const),
];

/** What a person would check: blue all around, red on the left and on the right. */
it.each(KINDS)('%s shows two red things on blue', async (sampler) => {
  const { width, height, data } = await easel.draw(apples({ sampler }));
  const at = (x: number, y: number) => {
    const i = (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
    return [data[i]!, data[i + 1]!, data[i + 2]!] as const;
  };
  const isBlue = ([r, , b]: readonly [number, number, number]) => b > 130 && b > 1.5 * r;
  const isRed = ([r, g, b]: readonly [number, number, number]) => r > 120 && r > 1.8 * g && r > 1.8 * b;
  for (const [x, y] of [
    [0.03, 0.03],
    [0.97, 0.03],
    [0.03, 0.97],
    [0.97, 0.97],
  ] as const)
    expect(isBlue(at(x, y))).toBe(true);
  const spots = Array.from({ length: 1024 }, (_, i) => [(i % 32) / 32, Math.floor(i / 32) / 32] as const);
  const red = spots.filter(([x, y]) => isRed(at(x, y)));
  expect(red.filter(([x]) => x < 0.5).length).toBeGreaterThan(40);
  expect(red.filter(([x]) => x > 0.5).length).toBeGreaterThan(40);
  expect(red.length).toBeLessThan(700);
});
