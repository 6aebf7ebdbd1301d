/** Laws of the shipped network for faces; they hold for any weights. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Picture, Progress } from '../../../src/core/picture.ts';
import type { Recipe, RecipeOf } from '../../../src/core/recipe.ts';
import { Request } from '../../../src/core/request.ts';
import { type Catalogue, openCatalogue } from '../../../src/engine/catalogue.ts';
import { type Device, openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { type Generator, openGenerator } from '../../../src/engine/gan/generator.ts';
import { openLikeness } from '../../../src/engine/gan/likeness.ts';
import { repeated } from '../../../src/engine/gan/w-plus.ts';
import { pixelSha256 } from '../../../src/engine/pixels.ts';
import { createPlanner, type Planner } from '../../../src/engine/plan.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { aContext, aRecipe, DEFAULT_MODEL, log, MODELS_DIR } from './an-engine.ts';

let catalogue: Catalogue;
let device: Device;
let engine: Engine;
let plan: Planner;
beforeAll(async () => {
  catalogue = await openCatalogue({ MODELS_DIR });
  device = await openDevice({ log }, 'cpu', 2);
  engine = createLocalEngine({ catalogue, device, log });
  plan = createPlanner({ catalogue, config: { DEFAULT_MODEL } });
});
afterAll(() => engine.close());

/** At the network's own size. */
const aFace = (over: Partial<RecipeOf<'face'>> = {}): RecipeOf<'face'> => {
  const { recipe } = plan(Request.parse({ kind: 'face', seed: 7 }));
  if (recipe.kind !== 'face') throw new TypeError(recipe.kind);
  const { display: _, ...small } = recipe;
  return { ...small, ...over };
};
const make = async (recipe: Recipe, over: Parameters<typeof aContext>[0] = {}) =>
  (await engine.generate(recipe, aContext(over))).images;
const draw = async (over: Partial<RecipeOf<'face'>> = {}) => (await make(aFace(over)))[0]!.picture;
const hash = async (over: Partial<RecipeOf<'face'>> = {}) => pixelSha256(await draw(over));
/** Mean difference in grey levels. */
const apart = (a: Picture, b: Picture) =>
  a.data.reduce((sum, v, i) => sum + Math.abs(v - b.data[i]!), 0) / a.data.length;

describe('faces', () => {
  it('of consecutive seeds are the same in a row and alone', async () => {
    const row = await make(aFace({ count: 3 }));
    expect(row.map(({ seed }) => seed)).toEqual([7, 8, 9]);
    for (const { picture, seed } of row) expect(pixelSha256(picture)).toBe(await hash({ seed }));
    expect(new Set(row.map(({ picture }) => pixelSha256(picture))).size).toBe(3);
  });

  it('are all the mean face at ψ = 0, and many at 1', async () => {
    const [mean, other] = [await draw({ seed: 1, truncation: 0 }), await draw({ seed: 2, truncation: 0 })];
    expect(apart(mean, other)).toBeLessThan(2); // the grain of later weights may differ
    expect(apart(await draw({ seed: 1, truncation: 1 }), await draw({ seed: 2, truncation: 1 }))).toBeGreaterThan(10);
  });

  it('mixed with themselves, or edited by nothing, stay as they are', async () => {
    const plain = await hash();
    expect(await hash({ mixes: [{ seed: 7, layers: [0, 11] }] })).toBe(plain);
    expect(await hash({ edits: { smile: 0 } })).toBe(plain);
    expect(await hash({ mixes: [{ seed: 8, layers: [4, 7] }] })).not.toBe(plain);
    expect(await hash({ edits: { glasses: 1 } })).not.toBe(plain);
  });

  it('are enlarged when they are shown by themselves', async () => {
    const [shown] = await make(plan(Request.parse({ kind: 'face', seed: 7 })).recipe);
    expect([shown!.picture.width, shown!.picture.height]).toEqual([512, 512]);
  });
});

it('a morph is the single pictures at its stops, and goes back the way it came', async () => {
  const { kind: _, count: __, ...point } = aFace();
  const stops = [7, 8, 9].map((seed) => {
    const { v: _, model: __, ...rest } = { ...point, seed };
    return rest;
  });
  const morph: Recipe = { v: 1, kind: 'morph', model: point.model, seed: 7, stops, frames: 3, delayMs: 60 };
  const told: Progress[] = [];
  const [made] = await make(morph, { onProgress: (progress) => told.push(progress) });
  const frames = made!.animation!.frames.map(pixelSha256);
  expect(frames).toHaveLength(8);
  expect([frames[0], frames[2], frames[4]]).toEqual(await Promise.all([7, 8, 9].map((seed) => hash({ seed }))));
  expect([frames[5], frames[6], frames[7]]).toEqual([frames[3], frames[2], frames[1]]);
  expect(pixelSha256(made!.picture)).toBe(frames[0]);
  expect(told.map(({ step, total }) => step / total)).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
});

it('a walk between imagined pictures can be one moving picture, its ends the single ones', async () => {
  const recipe = await aRecipe();
  const { prompt, negativePrompt } = recipe;
  const walk = { prompt, negativePrompt, seed: 8, frames: 3, delayMs: 60 };
  const [made] = await make({ ...recipe, walk });
  const frames = made!.animation!.frames.map(pixelSha256);
  const single = async (seed: number) => pixelSha256((await make({ ...recipe, seed }))[0]!.picture);
  expect(frames).toEqual([await single(7), frames[1], await single(8), frames[1]]);
  expect(frames[1]).not.toBe(frames[0]);
});

describe('a picture', () => {
  let generator: Generator;
  beforeAll(async () => {
    generator = await openGenerator(device, catalogue.of('gan')[0]!);
  });
  afterAll(() => generator.release());

  it('pulls at w+ along the true slope of the loss', async () => {
    const clock = { runMs: 0 };
    const { layers } = generator.manifest;
    const likeness = await openLikeness(device, catalogue.of('gan')[0]!);
    const judge = await likeness.to(await draw({ seed: 3, truncation: 1 }), clock);
    const random = createGenerator(1);
    const at = repeated(await generator.map(generator.drawsOf(4).z, clock), layers).map((w) => w);
    for (const [i, v] of random.randn(at.length).entries()) at[i]! += 0.3 * v;
    const { slope, loss } = await judge(at);
    expect(loss).toBeGreaterThan(0.1);
    for (let i = 0; i < 3; i++) {
      const direction = random.randn(at.length);
      const moved = (step: number) => judge(at.map((v, k) => v + step * direction[k]!));
      const [less, more] = [await moved(-2e-3), await moved(2e-3)];
      const along = slope.reduce((sum, s, k) => sum + s * direction[k]!, 0);
      expect(((more.loss - less.loss) / 4e-3 - along) / Math.abs(along)).toBeCloseTo(0, 1);
    }
    await likeness.release();
  });

  it('that is a face is found among the faces; edits of it are not searched for again', async () => {
    const face = await draw({ seed: 12, truncation: 1 });
    const png = await sharp(face.data, { raw: { width: 128, height: 128, channels: 3 } })
      .png()
      .toBuffer();
    const sha256 = createHash('sha256').update(png).digest('hex');
    const stored = { key: 'k', sha256, width: 128, height: 128 };
    const STEPS = 12;
    let loads = 0;
    const load = async () => {
      loads++;
      return png;
    };
    const find = async (steps: number, over: Partial<RecipeOf<'face'>> = {}, told: Progress[] = []) => {
      const projection = { picture: stored, steps };
      const onProgress = (progress: Progress) => told.push(progress);
      return (await make(aFace({ truncation: 1, projection, ...over }), { load, onProgress }))[0]!.picture;
    };
    const told: Progress[] = [];
    const [guess, found] = [await find(0), await find(STEPS, {}, told)];
    expect(apart(found, face)).toBeLessThan(0.75 * apart(guess, face)); // the guess alone is near: 2.4 grey levels
    expect(apart(found, face)).toBeLessThan(3);
    expect(told.map(({ step }) => step)).toEqual(Array.from({ length: STEPS + 1 }, (_, i) => i + 1));
    expect(told.every(({ preview, total }) => preview?.width === 128 && total === STEPS + 1)).toBe(true);

    const again: Progress[] = [];
    const edited = await find(STEPS, { edits: { glasses: 1 } }, again);
    expect([loads, again.length]).toEqual([2, 1]);
    expect(apart(edited, found)).toBeGreaterThan(0.2);
    expect(pixelSha256(await find(STEPS))).toBe(pixelSha256(found));
  });

  it('is looked for by another engine from where the one that died was, to the same bytes', async () => {
    const face = await draw({ seed: 5, truncation: 1 });
    const png = await sharp(face.data, { raw: { width: 128, height: 128, channels: 3 } })
      .png()
      .toBuffer();
    const sha256 = createHash('sha256').update(png).digest('hex');
    const picture = { key: 'k', sha256, width: 128, height: 128 };
    const recipe = aFace({ projection: { picture, steps: 6 }, edits: { smile: 1 } });
    const run = async (resume?: Uint8Array) => {
      const another = createLocalEngine({ catalogue, device, log, checkpointMs: 0 }); // it remembers no picture
      const [states, steps]: [Uint8Array[], number[]] = [[], []];
      const over = { load: async () => png, resume, onCheckpoint: (state: Uint8Array) => states.push(state) };
      const onProgress = ({ step }: Progress) => steps.push(step);
      const { images } = await another.generate(recipe, aContext({ ...over, onProgress }));
      await another.close();
      return { states, steps, hash: pixelSha256(images[0]!.picture) };
    };
    const whole = await run();
    expect(whole.steps).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const [half, end] = [await run(whole.states[3]), await run(whole.states.at(-1))];
    expect([half.hash, half.steps]).toEqual([whole.hash, [5, 6, 7]]);
    expect([end.hash, end.steps]).toEqual([whole.hash, [7]]);
  });

  it('is no longer looked for once that was cancelled', async () => {
    const stop = new AbortController();
    const { width, height, data } = await draw();
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    const sha256 = createHash('sha256').update(png).digest('hex');
    const recipe = aFace({ projection: { picture: { key: 'k', sha256, width, height }, steps: 50 } });
    const onProgress = ({ step }: Progress) => void (step === 2 && stop.abort());
    const job = make(recipe, { load: async () => png, onProgress, signal: stop.signal });
    await expect(job).rejects.toMatchObject({ name: 'AbortError' });
  });
});
