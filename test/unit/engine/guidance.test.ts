import { expect, it, vi } from 'vitest';
import { guided } from '../../../src/engine/diffusion/guidance.ts';
import { denoiser, inputScale } from '../../../src/engine/diffusion/prediction.ts';

const predict = vi.fn(async (_x: Float32Array, _sigma: number, conditions: readonly number[]) =>
  conditions.map((c) => Float32Array.of(c)),
);

it('at scale 1 asks the model once and follows the prompt alone', async () => {
  const out = await guided(predict, 2, 5, 1)(Float32Array.of(10), 3);
  expect(out[0]).toBe(2);
  expect(predict).toHaveBeenLastCalledWith(expect.anything(), 3, [2]);
});

it('above 1 overshoots the prompt, away from the negative', async () => {
  const out = await guided(predict, 2, 5, 4)(Float32Array.of(10), 3);
  expect(out[0]).toBe(5 + 4 * (2 - 5));
});

it('at 0 follows the negative alone', async () => {
  expect((await guided(predict, 2, 5, 0)(Float32Array.of(10), 3))[0]).toBe(5);
});

/** A sample of a known picture and noise, and what a perfect network of each kind would answer. */
const [x0, noise, sigma] = [0.7, -1.3, 2.5];
const [alpha, beta] = [1 / Math.hypot(1, sigma), sigma / Math.hypot(1, sigma)];
it.each([
  ['epsilon', noise],
  ['v_prediction', alpha * noise - beta * x0],
  ['sample', x0],
] as const)('a perfect %s network gives back the picture', async (kind, answer) => {
  const denoise = denoiser(kind, async () => Float32Array.of(answer));
  expect((await denoise(Float32Array.of(x0 + sigma * noise), sigma))[0]).toBeCloseTo(x0, 6);
});

it('shows the network an input of variance 1', () => {
  expect(inputScale(sigma) ** 2 * (1 + sigma ** 2)).toBeCloseTo(1, 12);
});
