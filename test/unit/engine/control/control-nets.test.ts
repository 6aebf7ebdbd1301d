/** What controls do to the network's answers, on tiny networks with random weights. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Moment } from '../../../../src/engine/control/controlled.ts';
import type { Row } from '../../../../src/engine/diffusion/predictor.ts';
import type { Latent } from '../../../../src/engine/tensor.ts';
import { aRow, type Control, openScene, type Scene } from './controls.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const control = (model: string, over?: Partial<Control>) => scene.control(model, over);
const same = (a: readonly Latent[], b: readonly Latent[]) =>
  a.every((latent, i) => Buffer.from(latent.buffer).equals(Buffer.from(b[i]!.buffer)));
const apart = (a: readonly Latent[], b: readonly Latent[]) =>
  Math.max(...a.flatMap((latent, k) => [...latent].map((v, i) => Math.abs(v - b[k]![i]!))));
/** Float32 sums in another order: some 10⁻⁶ on answers of about 1. What a control changes is a hundred thousand times that. */
const ROUNDING = 2e-5;

const FORMS = ['lines', 'inside', 'features', 'likeness', 'likeness-behind'];

/** One call in float32, whose kernels differ between CPUs by about 1e-6, through random weights of about 1. */
const KERNELS = 1e-4;
const GOLDEN = new URL('../../../models/golden-controls.json', import.meta.url);

it('every form gives its golden answer', async () => {
  const got: Record<string, number[]> = {};
  for (const name of FORMS) {
    const [steered] = await scene.answers('plain', [control(name)], [aRow(1)]);
    got[name] = [...steered!.slice(0, 8)].map((value) => Number(value.toPrecision(7)));
  }
  if (process.env.UPDATE_GOLDEN) writeFileSync(GOLDEN, `${JSON.stringify(got, null, 2)}\n`);
  const golden: typeof got = JSON.parse(readFileSync(GOLDEN, 'utf8'));
  expect(Object.keys(got)).toEqual(Object.keys(golden));
  for (const [name, values] of Object.entries(golden))
    for (const [i, value] of values.entries()) expect(Math.abs(got[name]![i]! - value), name).toBeLessThan(KERNELS);
}, 30_000);

describe.each(FORMS)('%s', (name) => {
  it('changes the answer, of the positive prompt and of the negative one', async () => {
    const [plain, steered] = [await scene.answers('plain', []), await scene.answers('plain', [control(name)])];
    for (const i of [0, 1]) expect(apart([plain[i]!], [steered[i]!])).toBeGreaterThan(0.01);
  });

  it('with weight 0 is no control, to the last bit', async () => {
    expect(same(await scene.answers('plain', [control(name, { weight: 0 })]), await scene.answers('plain', []))).toBe(
      true,
    );
  });

  it('outside its part of the run is no control, to the last bit', async () => {
    const plain = await scene.answers('plain', []);
    const at = (share: number, range: Partial<Control>) =>
      scene.answers('plain', [control(name, range)], [aRow(1, { share }), aRow(2, { share, positive: false })]);
    expect(same(await at(0.5, { to: 0.5 }), plain)).toBe(true);
    expect(same(await at(0.2, { from: 0.25 }), plain)).toBe(true);
    expect(same(await at(0.5, { from: 0.5, to: 0.6 }), plain)).toBe(false);
    expect(same(await at(0.49, { to: 0.5 }), plain)).toBe(false);
  });

  it('gives a row the same bytes alone and in company', async () => {
    const alone = await scene.answers('plain', [control(name)], [aRow(1)]);
    const company = await scene.answers(
      'plain',
      [control(name)],
      [aRow(5), aRow(1), aRow(6, { timestep: 20 }), aRow(7)],
    );
    expect(same([company[1]!], alone)).toBe(true);
  });
});

it.each(['lines', 'features'])('%s twice at half weight is once at full weight', async (name) => {
  const halves = [control(name, { weight: 0.5 }), control(name, { weight: 0.5 })];
  expect(apart(await scene.answers('plain', halves), await scene.answers('plain', [control(name)]))).toBeLessThan(
    ROUNDING,
  );
});

describe('apart from the U-Net or inside it', () => {
  it.each([
    ['one', [['lines', 'canny', 0.7]]],
    ['the second one', [['doodles', 'scribble', 1.2]]],
    [
      'two',
      [
        ['lines', 'canny', 0.7],
        ['doodles', 'scribble', 0.4],
      ],
    ],
  ] as const)('%s: the same answer from the same weights', async (_, nets) => {
    const split = nets.map(([name, , weight]) => control(name, { weight }));
    const fused = nets.map(([, hint, weight]) => control('inside', { hint, weight }));
    const [a, b] = [await scene.answers('plain', split), await scene.answers('plain', fused)];
    expect(apart(a, b)).toBeLessThan(ROUNDING);
  });
});

it('the diffusion model’s own U-Net is used where it takes residuals, with the same answer', async () => {
  const rows = [aRow(1), aRow(2, { positive: false })] as const;
  const own = await scene.answers('ready', [control('homeless')], rows);
  expect(same(own, await scene.answers('plain', [control('lines')], rows))).toBe(true);
});

it('fits a U-Net whose shapes no configuration tells, by the channels of its inputs', async () => {
  const [legacy, plain] = [
    await scene.answers('legacy', [control('lines')]),
    await scene.answers('plain', [control('lines')]),
  ];
  expect(same(legacy, plain)).toBe(true);
});

describe('outputs are known', () => {
  it.each([
    ['traced', 'by the graph’s order where torch named them by accident'],
    ['mixed', 'by size where that order does not fit'],
    ['mapped', 'by the names that model.json maps'],
  ])('%s: %s', async (name) => {
    expect(same(await scene.answers('plain', [control(name)]), await scene.answers('plain', [control('lines')]))).toBe(
      true,
    );
  });
});

describe('guess mode', () => {
  it('leaves the negative prompt alone', async () => {
    const [plain, guessed] = [
      await scene.answers('plain', []),
      await scene.answers('plain', [control('lines', { guess: true })]),
    ];
    expect(same([plain[1]!], [guessed[1]!])).toBe(true);
  });

  it('steers the positive one less, with a tenth in the shallowest layer', async () => {
    const [plain] = await scene.answers('plain', []);
    const [full] = await scene.answers('plain', [control('lines')]);
    const [guessed] = await scene.answers('plain', [control('lines', { guess: true })]);
    const [tenth] = await scene.answers('plain', [control('lines', { weight: 0.1 })]);
    expect(apart([guessed!], [plain!])).toBeGreaterThan(apart([tenth!], [plain!]));
    expect(apart([guessed!], [plain!])).toBeLessThan(apart([full!], [plain!]));
  });

  it('is refused where the layers cannot be reached', async () => {
    const refused = scene.answers('plain', [control('inside', { guess: true })]);
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('guess mode'),
    });
  });
});

describe('SDXL', () => {
  it('shows the ControlNet the prompt’s vector and the size too', async () => {
    const rows = (pooled: number): [Row, Moment][] => {
      const [row, at] = aRow(1);
      return [[{ ...row, condition: { ...row.condition, pooled: new Float32Array(8).fill(pooled) } }, at]];
    };
    const change = async (pooled: number) => {
      const [plain] = await scene.answers('large', [], rows(pooled));
      const [steered] = await scene.answers('large', [control('xl')], rows(pooled));
      return steered!.map((v, i) => v - plain![i]!);
    };
    const [zero, one] = [await change(0), await change(1)];
    expect(Math.max(...zero.map(Math.abs))).toBeGreaterThan(0.01);
    expect(apart([zero], [one])).toBeGreaterThan(0.01);
  });

  it('answers rows of several timesteps where the graph takes one for all', async () => {
    const rows = [aRow(1, { timestep: 900 }), aRow(2, { timestep: 100 }), aRow(3, { timestep: 900 })];
    const together = await scene.answers('large', [control('xl')], rows);
    for (const [i, row] of rows.entries())
      expect(same([together[i]!], await scene.answers('large', [control('xl')], [row]))).toBe(true);
  });
});

describe('a picture as a prompt', () => {
  it('is the same through an input of its own and behind the words', async () => {
    const [own, behind] = [
      await scene.answers('plain', [control('likeness')]),
      await scene.answers('plain', [control('likeness-behind')]),
    ];
    expect(apart(own, behind)).toBeLessThan(ROUNDING);
  });

  it('is hidden from the negative prompt, which sees no picture whatever the weight', async () => {
    const [full, half] = [
      await scene.answers('plain', [control('likeness')]),
      await scene.answers('plain', [control('likeness', { weight: 0.5 })]),
    ];
    expect(same([full[1]!], [half[1]!])).toBe(true);
    expect(apart([full[0]!], [half[0]!])).toBeGreaterThan(0.001);
  });
});

it('a ControlNet and a T2I-Adapter steer together where one U-Net takes both', async () => {
  const [net, features] = [control('lines'), control('features-too')];
  const both = await scene.answers('plain', [net, features]);
  const alone = [await scene.answers('plain', [net]), await scene.answers('plain', [features])];
  for (const one of alone) expect(apart(both, one)).toBeGreaterThan(0.01);
  const nothing = await scene.answers('plain', [net, control('features-too', { weight: 0 })]);
  expect(apart(nothing, alone[0]!)).toBeLessThan(ROUNDING);
});

describe('refuses', () => {
  it.each([
    ['a control without a U-Net that could take it', ['homeless'], /homeless needs a U-Net with inputs/],
    ['controls that no U-Net takes together', ['inside', 'features'], /inside, features cannot be used together/],
    ['a ControlNet of another architecture', ['stranger'], /stranger does not fit this model.*names\.graph/s],
  ] as const)('%s', async (_, names, message) => {
    const steered = scene.answers(
      'plain',
      names.map((name) => control(name)),
    );
    await expect(steered).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringMatching(message) });
  });
});
