/** The shipped feature net and any-style, at sizes that take seconds. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GenerateContext, Picture } from '../../../src/core/picture.ts';
import type { RecipeOf, StoredPicture } from '../../../src/core/recipe.ts';
import { type Catalogue, openCatalogue } from '../../../src/engine/catalogue.ts';
import { type Device, openDevice } from '../../../src/engine/device.ts';
import { createLocalEngine, type Engine } from '../../../src/engine/engine.ts';
import { type AnyStyle, openAnyStyle } from '../../../src/engine/style/any-style.ts';
import { type FeatureNet, openFeatureNet, type Target } from '../../../src/engine/style/features.ts';
import { paint } from '../../../src/engine/style/gatys.ts';
import { gatysLoss } from '../../../src/engine/style/gatys-loss.ts';
import { type Planes, pictureOf, planesOf } from '../../../src/engine/style/planes.ts';
import { regionsOf } from '../../../src/engine/style/region.ts';
import { restyle, styleOf } from '../../../src/engine/style/restyle.ts';
import { aScene, BLUE, RED, stripes } from '../../drawings.ts';
import { aContext, log, MODELS_DIR } from './an-engine.ts';

let catalogue: Catalogue;
let device: Device;
let engine: Engine;
let features: FeatureNet;
let anyStyle: AnyStyle;
beforeAll(async () => {
  catalogue = await openCatalogue({ MODELS_DIR });
  device = await openDevice({ log }, 'cpu', 2);
  engine = createLocalEngine({ catalogue, device, log });
  features = await openFeatureNet(device, catalogue.of('features')[0]!);
  anyStyle = await openAnyStyle(device, catalogue.of('adain')[0]!);
});
afterAll(async () => {
  await Promise.all([engine.close(), features.release(), anyStyle.release()]);
});

const clock = { runMs: 0 };
const deps = () => ({ net: features, clock, signal: new AbortController().signal });

const everywhere = ({ width, height }: Picture) => regionsOf([{ weight: 1 }], width * height);
const half = (size: { width: number; height: number }, side: 'left' | 'right') =>
  Float32Array.from({ length: size.width * size.height }, (_, i) =>
    i % size.width < size.width / 2 === (side === 'left') ? 1 : 0,
  );
const apart = (a: Picture, b: Picture, within: (x: number, y: number) => boolean = () => true) => {
  const off = [...a.data.keys()].filter((i) => {
    const pixel = Math.floor(i / 3);
    return within(pixel % a.width, Math.floor(pixel / a.width));
  });
  const differences = off.map((i) => Math.abs(a.data[i]! - b.data[i]!));
  return { most: Math.max(...differences), mean: differences.reduce((sum, v) => sum + v, 0) / differences.length };
};

async function targetOf(content: Picture, styles: readonly Picture[], regions = everywhere(content)): Promise<Target> {
  const all = new Float32Array(content.width * content.height).fill(1);
  const grams = await Promise.all(styles.map((style) => features.style(planesOf(style, [-1, 1]), clock)));
  return {
    content: await features.content(planesOf(content, [-1, 1]), clock),
    contentWeight: 1,
    regions: regions.map(({ mask = all, shares }) => ({ guide: mask, grams: grams[shares.indexOf(1)]!, weight: 4 })),
  };
}

it('the loss of a picture that is both content and style is nothing', async () => {
  const scene = aScene(48);
  const { value, slope } = await features.loss(planesOf(scene, [-1, 1]), await targetOf(scene, [scene]), clock);
  expect(value).toBeLessThan(1e-5);
  expect(Math.max(...slope.map(Math.abs))).toBeLessThan(1e-5);
  const other = await features.loss(planesOf(stripes(48, RED), [-1, 1]), await targetOf(scene, [scene]), clock);
  expect(other.value).toBeGreaterThan(1);
});

it('the slope of network, roughness and gamut together is what finite differences see', async () => {
  const scene = aScene(48, 40);
  const regions = regionsOf(
    [
      { weight: 0.5, mask: half(scene, 'left') },
      { weight: 0.5, mask: half(scene, 'right') },
    ],
    48 * 40,
  );
  const target = await targetOf(scene, [stripes(48, BLUE), stripes(48, RED)], regions);
  const objective = gatysLoss(deps(), { target, smoothness: 2, size: { width: 48, height: 40 } });
  const at = planesOf(aScene(48, 40), [-1, 1]).data.map((v, i) => 0.95 * v + 0.2 * Math.sin(i * 0.7));
  const { slope } = await objective(at);
  // Along the slope, and along parts of it: single pixels would drown in the rounding of float32.
  const parts = [() => true, (i: number) => i % 2 === 0, (i: number) => i % 48 < 10, (i: number) => i < 48 * 40];
  for (const part of parts) {
    const direction = slope.map((v, i) => (part(i) ? v : 0));
    const told = direction.reduce((sum, v) => sum + v * v, 0);
    const step = 0.02 / told;
    const beside = async (t: number) => (await objective(at.map((v, i) => v + t * direction[i]!))).value;
    const seen = ((await beside(step)) - (await beside(-step))) / (2 * step);
    expect(Math.abs(seen / told - 1)).toBeLessThan(0.01);
  }
});

it("Gatys' loss falls with every iteration at every scale, and most of it is gone", async () => {
  const losses: number[] = [];
  const content = aScene(64);
  const painted = await paint(
    { ...deps(), onIteration: (_, __, loss) => void losses.push(loss) },
    {
      ...{ content, styles: [stripes(64, BLUE)], regions: everywhere(content) },
      ...{ styleWeight: 10, smoothness: 1, iterations: [12, 12] },
    },
  );
  expect(losses).toHaveLength(24);
  for (const scale of [losses.slice(0, 12), losses.slice(12)])
    for (let i = 1; i < scale.length; i++) expect(scale[i]).toBeLessThanOrEqual(scale[i - 1]!);
  const target = await targetOf(content, [stripes(64, BLUE)]);
  const style = async (picture: Picture) =>
    (await features.loss(planesOf(picture, [-1, 1]), { ...target, contentWeight: 0 }, clock)).value;
  expect(await style(pictureOf(painted, [-1, 1]))).toBeLessThan((await style(content)) / 5);
});

it('a region with a style of its own leaves what is far from it alone, and two regions go two ways', async () => {
  const content = aScene(128, 32);
  const colours = async (right: 'styled' | 'left alone') => {
    const masks = [{ weight: 0.5, mask: half(content, 'left') }];
    if (right === 'styled') masks.push({ weight: 0.5, mask: half(content, 'right') });
    return pictureOf(
      await paint(deps(), {
        ...{ content, styles: [stripes(64, BLUE), stripes(64, RED)].slice(0, masks.length) },
        ...{ regions: regionsOf(masks, 128 * 32), styleWeight: 10, smoothness: 0, iterations: [10] },
      }),
      [-1, 1],
    );
  };
  const one = await colours('left alone');
  const both = await colours('styled');
  expect(apart(one, content, (x) => x < 48).mean).toBeGreaterThan(15);
  expect(apart(one, content, (x) => x >= 104).most).toBeLessThanOrEqual(1); // the net sees 26 pixels to each side
  const red = (picture: Picture, from: number, to: number) => {
    let sum = 0;
    for (let y = 0; y < 32; y++) for (let x = from; x < to; x++) sum += picture.data[(y * 128 + x) * 3]!;
    return sum / (32 * (to - from));
  };
  expect(red(both, 80, 128)).toBeGreaterThan(red(both, 0, 48) + 40);
});

it('any-style in blocks paints what it paints in one piece', async () => {
  const content = aScene(210, 150);
  const styles = [await styleOf({ ...deps(), net: anyStyle }, [stripes(96, BLUE)])];
  const given = { frames: [content], styles, regions: everywhere(content), strength: 1 };
  const [whole] = await restyle({ ...deps(), net: anyStyle }, given);
  const [inBlocks] = await restyle({ ...deps(), net: anyStyle }, { ...given, block: 64, keep: 0 });
  expect(apart(inBlocks!, whole!).most).toBeLessThanOrEqual(1);
  expect(apart(whole!, content).mean).toBeGreaterThan(5);
});

it('what any-style decodes from has the statistics of the style', async () => {
  const { channels, epsilon } = anyStyle.about;
  const style = await styleOf({ ...deps(), net: anyStyle }, [stripes(96, BLUE)]);
  let maps: Planes | undefined;
  let [gain, shift]: Float32Array[] = [];
  const listening: AnyStyle = {
    ...anyStyle,
    decode: async (planes, change, clock) => {
      maps = planes;
      ({ gain, shift } = change);
      return anyStyle.decode(planes, change, clock);
    },
  };
  const content = aScene(64);
  const given = { frames: [content], styles: [style], regions: everywhere(content), strength: 1 };
  await restyle({ ...deps(), net: listening }, given);
  const cells = maps!.width * maps!.height;
  expect(cells).toBe(256);
  for (let c = 0; c < channels; c++) {
    const values = maps!.data.subarray(c * cells, (c + 1) * cells).map((v) => gain![c]! * v + shift![c]!);
    const mean = values.reduce((sum, v) => sum + v, 0) / cells;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / cells + epsilon);
    expect(mean).toBeCloseTo(style.mean[c]!, 2);
    // A channel that the content does not vary in cannot be made to.
    if (deviation > 0.02) expect(deviation / style.deviation[c]!).toBeCloseTo(1, 1);
  }
});

/** Pictures as they are handed in. */
async function aShelf(pictures: Record<string, Picture | readonly Picture[]>) {
  const files = new Map<string, Uint8Array>();
  const stored: Record<string, StoredPicture> = {};
  for (const [name, given] of Object.entries(pictures)) {
    const frames = Array.isArray(given) ? (given as Picture[]) : [given as Picture];
    const { width, height } = frames[0]!;
    const raw = Buffer.concat(frames.map(({ data }) => data));
    const image = sharp(raw, {
      raw: { width, height: height * frames.length, channels: 3, ...(frames.length > 1 && { pageHeight: height }) },
    });
    const bytes =
      frames.length > 1
        ? await image.webp({ lossless: true, delay: frames.map(() => 80), loop: 0 }).toBuffer()
        : await image.png().toBuffer();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    files.set(name, bytes);
    stored[name] = { ...{ key: name, sha256, width, height }, ...(frames.length > 1 && { frames: frames.length }) };
  }
  return { stored, load: async (key: string) => files.get(key)! };
}

const scene = aScene(64);
const halfMask: Picture = {
  ...{ width: 64, height: 64 },
  data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (Math.floor(i / 3) % 64 < 32 ? 255 : 0)),
};
type Filter = 'adain' | 'gatys';

async function make(
  kind: Filter,
  over: object = {},
  context: Partial<GenerateContext> = {},
  source: Picture | Picture[] = scene,
  by: Engine = engine,
) {
  const { stored, load } = await aShelf({ source, mask: halfMask, blue: stripes(64, BLUE), red: stripes(64, RED) });
  const style = (name: string, more: object = {}) => ({ picture: stored[name]!, weight: 1, ...more });
  const model = catalogue.of(kind === 'gatys' ? 'features' : 'adain')[0]!.ref;
  const recipe = {
    ...{ v: 1, kind, model, source: stored.source!, seed: 5, strength: 1, keepColours: 'no' },
    ...{ styles: [style('blue')] },
    ...(kind === 'gatys' && { width: 64, height: 64, iterations: [6, 6], smoothness: 1 }),
    ...(typeof over === 'function' ? over(stored) : over),
  } as RecipeOf<Filter>;
  return (await by.generate(recipe, aContext({ load, ...context }))).images[0]!;
}
const BOTH: Filter[] = ['gatys', 'adain'];

it.each(BOTH)('%s of strength 0 gives the picture back to the bit', async (kind) => {
  const { picture, seed } = await make(kind, { strength: 0 });
  expect(picture).toEqual(scene);
  expect(seed).toBe(5);
});

it.each(BOTH)('%s changes more the stronger it is', async (kind) => {
  const [weak, strong] = [await make(kind, { strength: 0.25 }), await make(kind)];
  expect(apart(weak.picture, scene).mean).toBeGreaterThan(1);
  expect(apart(strong.picture, scene).mean).toBeGreaterThan(apart(weak.picture, scene).mean * 1.3);
});

it.each(BOTH)('%s paints the same bytes again', async (kind) => {
  expect((await make(kind)).picture).toEqual((await make(kind)).picture);
});

it.each(BOTH)('%s leaves what the mask leaves out, to the bit', async (kind) => {
  const { picture } = await make(kind, (stored: Record<string, StoredPicture>) => ({ mask: stored.mask }));
  expect(apart(picture, scene, (x) => x >= 32).most).toBe(0);
  expect(apart(picture, scene, (x) => x < 32).mean).toBeGreaterThan(5);
});

it.each(BOTH)('%s with a style for a part leaves the rest, to the bit', async (kind) => {
  const { picture } = await make(kind, (stored: Record<string, StoredPicture>) => ({
    styles: [{ picture: stored.red, weight: 1, mask: stored.mask }],
  }));
  expect(apart(picture, scene, (x) => x >= 32).most).toBe(0);
  expect(apart(picture, scene, (x) => x < 32).mean).toBeGreaterThan(5);
});

it.each(BOTH)('%s between two styles lies between them', async (kind) => {
  const red = async (blue: number) => {
    const { picture } = await make(kind, (stored: Record<string, StoredPicture>) => ({
      styles: [
        { picture: stored.blue, weight: blue },
        { picture: stored.red, weight: 1 - blue },
      ],
    }));
    return picture.data.filter((_, i) => i % 3 === 0).reduce((sum, v) => sum + v, 0) / (64 * 64);
  };
  const [none, some, all] = [await red(0), await red(0.5), await red(1)];
  expect(some).toBeLessThan(none - 5);
  expect(some).toBeGreaterThan(all + 5);
});

it.each(BOTH)('%s keeps the colours of the picture when asked to', async (kind) => {
  const colourfulness = ({ data }: Picture) =>
    data.reduce((sum, v, i) => sum + (i % 3 === 0 ? v - data[i + 2]! : 0), 0) / (64 * 64);
  const kept = await make(kind, { keepColours: 'luminance' });
  const matched = await make(kind, { keepColours: 'histogram' });
  expect(Math.abs(colourfulness(kept.picture) - colourfulness(scene))).toBeLessThan(6);
  expect(matched.picture.data.toSorted()).toEqual(scene.data.toSorted());
});

it('Gatys answers in the size of the recipe, whatever that is, and tells how far it is', async () => {
  const steps: number[] = [];
  const { picture } = await make(
    'gatys',
    { width: 51, height: 37, iterations: [2, 3, 4] },
    { onProgress: ({ step, total }) => steps.push(step / total) },
  );
  expect([picture.width, picture.height, picture.data.length]).toEqual([51, 37, 51 * 37 * 3]);
  expect(steps).toEqual(Array.from({ length: 9 }, (_, i) => (i + 1) / 9));
});

it('Gatys stops within an evaluation when someone cancels', async () => {
  const control = new AbortController();
  const steps: number[] = [];
  const onProgress = ({ step }: { step: number }) => {
    steps.push(step);
    if (step === 2) control.abort();
  };
  await expect(make('gatys', {}, { signal: control.signal, onProgress })).rejects.toThrow('abort');
  expect(steps).toEqual([1, 2]);
});

it('Gatys goes on where another process left off, to the same bytes', async () => {
  const states: Uint8Array[] = [];
  const patient = createLocalEngine({ catalogue, device, log, checkpointMs: 0 });
  const iterations = [3, 3, 3];
  const whole = await make(
    'gatys',
    { iterations },
    { onCheckpoint: (state) => void states.push(state) },
    scene,
    patient,
  );
  expect(states).toHaveLength(2);
  const steps: number[] = [];
  const onProgress = ({ step }: { step: number }) => void steps.push(step);
  const rest = await make('gatys', { iterations }, { resume: states[1]!, onProgress }, scene, patient);
  expect(steps).toEqual([7, 8, 9]);
  expect(rest.picture).toEqual(whole.picture);
  await patient.close();
});

it('AdaIN paints every frame of a film alike: what stands still stays still', async () => {
  const frames = [0, 12, 24].map((shift) => {
    const data = aScene(64).data;
    for (let y = 0; y < 64; y++)
      for (let x = 56; x < 64; x++) data.fill((y + shift) * 3, (y * 64 + x) * 3, (y * 64 + x) * 3 + 3);
    return { width: 64, height: 64, data };
  });
  const { picture, animation } = await make('adain', {}, {}, frames);
  expect(animation!.delaysMs).toEqual([80, 80, 80]);
  expect(animation!.frames[0]).toEqual(picture);
  for (const frame of animation!.frames) {
    expect(apart(frame, picture, (x) => x < 24).most).toBe(0);
    expect(apart(frame, frames[0]!).mean).toBeGreaterThan(3);
  }
  expect(apart(animation!.frames[2]!, picture, (x) => x >= 56).mean).toBeGreaterThan(5);
});
