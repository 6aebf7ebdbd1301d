/** Our numbers against those of diffusers (commit 58eb52c) and torch 1.13.1, on its CPU. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clipLines } from '../../../scripts/parity/clip.ts';
import { type Line, lineOf, report } from '../../../scripts/parity/line.ts';
import { randnLines } from '../../../scripts/parity/randn.ts';
import { schedulerLines } from '../../../scripts/parity/schedulers.ts';
import { alphasCumprod, SchedulerConfig } from '../../../src/engine/diffusion/noise-levels.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const SELECTION = at('../../reference/schedulers.json');
/** The whole file, where it lies beside the checkout. */
const ALL = at('../../../../shared/reference/diffusers_schedulers.json');

const failed = (lines: readonly Line[]) => lines.filter(({ state }) => state === 'FAIL');

it('walks as diffusers does: one loop of every scheduler', async () => {
  const lines = await schedulerLines(read(SELECTION));
  expect(failed(lines)).toEqual([]);
  expect(lines.length).toBeGreaterThan(20);
}, 30_000);

it.runIf(existsSync(ALL))(
  'walks as diffusers does: all that was recorded',
  async () => {
    expect(failed(await schedulerLines(read(ALL)))).toEqual([]);
  },
  60_000,
);

const beside = (file: string) => at(`../../../../shared/reference/${file}`);
it('draws torch’s numbers, whole tensors by their hash', async () => {
  const refs = [
    { seed: 0, size: [1, 4, 64, 64], sha256_f32le: '24efac55b39e95b2d74d8fb5b3a8e8a8e808bd04129f260c4cdbb225bb952a4d' },
    { seed: 42, size: [17], sha256_f32le: '2ae700cddb7c7bef2727381a13feed04c35ad67793a9695d51da507ac5c359f2' },
  ];
  const cuda_philox = {
    refs: [{ seed: 0, call: 0, first16: [-0.9246624112129211, -0.42534396052360535, -2.643845796585083] }],
  };
  expect(failed(await randnLines({ refs, cuda_philox }))).toEqual([]);
  expect(failed(await randnLines({ refs: [{ ...refs[0], seed: 1 }] }))).toHaveLength(1);
});

it.runIf(existsSync(beside('torch_randn.json')))('draws all of torch’s numbers that were recorded', async () => {
  expect(failed(await randnLines(read(beside('torch_randn.json'))))).toEqual([]);
});

it('splits prompts into CLIP’s tokens', async () => {
  const cases = [{ text: 'a photo of a cat', ids: [320, 1125, 539, 320, 2368] }];
  expect(failed(await clipLines({ cases }))).toEqual([]);
  expect(
    failed(await clipLines({ cases: [{ text: 'a photo of a dog', ids: [320, 1125, 539, 320, 2368] }] })),
  ).toHaveLength(1);
});

it.runIf(existsSync(beside('clip_tokens.json')))('splits all prompts that were recorded', async () => {
  expect(failed(await clipLines(read(beside('clip_tokens.json'))))).toEqual([]);
});

describe('a loop with another configuration', () => {
  const selection = read(SELECTION) as { computed: { name: string; config: object }[] };
  const loop = (name: string, over: object) => {
    const found = selection.computed.find((entry) => entry.name === name)!;
    return schedulerLines({ computed: [{ ...found, config: { ...found.config, ...over } }] });
  };

  it.each([
    ['dpmpp_2m_karras_20', { solver_order: 1 }],
    ['dpmpp_2m_karras_20', { use_karras_sigmas: false }],
    ['dpmpp_3m_20', { solver_order: 2 }],
    ['euler_a_sd15_leading_20', { beta_end: 0.0121 }],
    ['pndm_sd15_skipprk_20', { set_alpha_to_one: true }],
    ['ddim_sd21_v_zsnr_trailing_20', { rescale_betas_zero_snr: false }],
    ['flowmatch_euler_shift3_28_sd3', { shift: 2.9 }],
  ])('does not pass for %s: %j', async (name, over) => {
    expect(failed(await loop(name, over))).toHaveLength(1);
  });
});

const TRAINED = {
  scaled_linear_sd15: { beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 },
  linear: { beta_schedule: 'linear' },
  squaredcos_cap_v2: { beta_schedule: 'squaredcos_cap_v2' },
  scaled_linear_zero_snr: {
    ...{ beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012, rescale_betas_zero_snr: true },
  },
} as const;
it.each(Object.keys(TRAINED) as (keyof typeof TRAINED)[])('ᾱ of %s is torch’s to the last bit', (name) => {
  const tables = (read(SELECTION) as { alpha_tables: Record<string, Record<string, unknown>> }).alpha_tables;
  const alphas = alphasCumprod(SchedulerConfig.parse(TRAINED[name]), 0);
  expect([0, 1, 250, 500, 750, 998, 999].map((t) => alphas[t])).toEqual(
    tables[name]!['alphas_cumprod[0,1,250,500,750,998,999]'],
  );
  expect(alphas.reduce((sum, alpha) => sum + alpha)).toBeCloseTo(tables[name]!.sum_alphas_cumprod as number, 6);
});

it('says the first value that is off, and counts', () => {
  const check = (got: number) => ({ what: 'sum', got, want: 1, tolerance: 0.1 });
  const lines = [
    lineOf('a', [check(1.05)]),
    lineOf('b', [check(1), check(2)]),
    { name: 'c', state: 'skip', text: 'no seed' } as const,
  ];
  let text = '';
  expect(report(lines, (part) => (text += part))).toBe(false);
  expect(text).toBe('ok a 1.05 1 0.1\nFAIL b sum 2 1 0.1\nskip c no seed\n1 ok, 1 failed, 1 skipped of 3\n');
});
