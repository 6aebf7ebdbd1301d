import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Picture } from '../../../../src/core/picture.ts';
import type { RecipeOf } from '../../../../src/core/recipe.ts';
import { brushesOf, findBrush } from '../../../../src/engine/style/brushes.ts';
import { affine, anEngine, aPicture, apart, install, stored } from './some-models.ts';

/** Darkens by half; turns colours round; and turns them back by half. */
const FOLDER = install({
  'brush-dusk': { manifest: { kind: 'style-transfer', title: 'Dusk' }, files: { 'model.onnx': affine(0.5, 0) } },
  turning: {
    manifest: {
      kind: 'translate',
      note: 'for pictures',
      graphs: { forward: 'a2b.onnx', backward: 'b2a.onnx' },
      directions: {
        forward: { name: 'negative', title: 'Negative' },
        backward: { name: 'positive', title: 'Positive' },
      },
    },
    files: { 'a2b.onnx': affine(-1, 1), 'b2a.onnx': affine(-0.5, 1) },
  },
});

let studio: Awaited<ReturnType<typeof anEngine>>;
beforeAll(async () => {
  studio = await anEngine(FOLDER);
});
afterAll(() => studio.engine.close());

const png = ({ width, height, data }: Picture) =>
  sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();

const content = aPicture(40, 24);

async function brushed(over: Partial<RecipeOf<'brush'>> & { model?: never; name?: string } = {}, mask?: Picture) {
  const { name = 'brush-dusk', ...rest } = over;
  const file = await png(content);
  const masking = mask && (await png(mask));
  const { images } = await studio.run(
    {
      ...{ v: 1, kind: 'brush', model: studio.refOf(name), source: stored(file, content) },
      ...{ strength: 1, keepColours: 'no', seed: 7 },
      ...(masking && mask && { mask: stored(masking, mask) }),
      ...rest,
    },
    masking ? [file, masking] : [file],
  );
  return images[0]!;
}

const changed = (by: (v: number) => number): Picture => ({
  ...content,
  data: content.data.map((v) => Math.round(by(v))),
});

it('is one pass of its network, under the seed of the picture it is made from', async () => {
  const { picture, seed, animation } = await brushed();
  expect(
    apart(
      picture,
      changed((v) => v / 2),
    ),
  ).toBeLessThanOrEqual(1);
  expect([seed, animation]).toEqual([7, undefined]);
});

it('at strength 0 it gives the picture back, to the bit', async () => {
  expect(apart((await brushed({ strength: 0 })).picture, content)).toBe(0);
});

it('at strength a half it goes half the way', async () => {
  expect(
    apart(
      (await brushed({ strength: 0.5 })).picture,
      changed((v) => v * 0.75),
    ),
  ).toBeLessThanOrEqual(1);
});

it('both ways of a translation', async () => {
  const there = await brushed({ name: 'turning', direction: 'forward' });
  expect(
    apart(
      there.picture,
      changed((v) => 255 - v),
    ),
  ).toBeLessThanOrEqual(1);
  const back = await brushed({ name: 'turning', direction: 'backward' });
  expect(
    apart(
      back.picture,
      changed((v) => 255 - v / 2),
    ),
  ).toBeLessThanOrEqual(1);
});

it('paints where the mask is white, whatever its size', async () => {
  const mask = {
    width: 20,
    height: 12,
    data: new Uint8Array(20 * 12 * 3).map((_, i) => (Math.floor(i / 3) % 20 < 10 ? 0 : 255)),
  };
  const { picture } = await brushed({}, mask);
  expect(apart(picture, content, (x) => x < 16)).toBe(0);
  expect(
    apart(
      picture,
      changed((v) => v / 2),
      (x) => x >= 24,
    ),
  ).toBeLessThanOrEqual(1);
});

it('keeps the colours when asked to: only the lightness is the brush’s', async () => {
  const { picture } = await brushed({ name: 'turning', direction: 'forward', keepColours: 'luminance' });
  const light = ({ data }: Picture, i: number) => 0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!;
  for (let i = 0; i < content.data.length; i += 3)
    expect(Math.abs(light(picture, i) - (255 - light(content, i)))).toBeLessThan(2);
  expect(
    apart(
      picture,
      changed((v) => 255 - v),
    ),
  ).toBeGreaterThan(20);
});

it('works in the size the plan chose', async () => {
  const { picture } = await brushed({ width: 20, height: 12 });
  expect([picture.width, picture.height]).toEqual([20, 12]);
});

it('a moving picture keeps its frames and how long each is shown; equal frames stay equal', async () => {
  const frames = [aPicture(32, 16, 1), aPicture(32, 16, 2), aPicture(32, 16, 1)];
  const file = await sharp(Buffer.concat(frames.map(({ data }) => data)), {
    raw: { width: 32, height: 48, pageHeight: 16, channels: 3 },
  })
    .webp({ lossless: true, delay: [40, 120, 60] })
    .toBuffer();
  const steps: number[] = [];
  const { images } = await studio.run(
    {
      ...{ v: 1, kind: 'brush', model: studio.refOf('brush-dusk'), strength: 1, keepColours: 'no', seed: 0 },
      source: stored(file, { width: 32, height: 16, frames: 3 }),
    },
    [file],
    { onProgress: ({ step }) => void steps.push(step) },
  );
  const { animation, picture } = images[0]!;
  expect(animation!.delaysMs).toEqual([40, 120, 60]);
  animation!.frames.forEach((frame, i) => {
    const dusk = { ...frame, data: frames[i]!.data.map((v) => Math.round(v / 2)) };
    expect(apart(frame, dusk)).toBeLessThanOrEqual(1);
  });
  expect(apart(animation!.frames[0]!, animation!.frames[2]!)).toBe(0);
  expect(picture).toBe(animation!.frames[0]);
  expect(steps).toEqual([1, 2, 3]);
});

it('stops between two frames when told to', async () => {
  const file = await sharp(Buffer.concat([aPicture(32, 16).data, aPicture(32, 16, 2).data]), {
    raw: { width: 32, height: 32, pageHeight: 16, channels: 3 },
  })
    .webp({ lossless: true, delay: [50, 50] })
    .toBuffer();
  const control = new AbortController();
  const run = studio.run(
    {
      ...{ v: 1, kind: 'brush', model: studio.refOf('brush-dusk'), strength: 1, keepColours: 'no', seed: 0 },
      source: stored(file, { width: 32, height: 16, frames: 2 }),
    },
    [file],
    { signal: control.signal, onProgress: () => control.abort() },
  );
  await expect(run).rejects.toThrow();
});

it('a recipe of a brush that is gone says so', async () => {
  const source = stored(await png(content), content);
  const gone = { name: 'brush-gone', version: '1', sha256: '0'.repeat(64) };
  await expect(
    studio.run({ v: 1, kind: 'brush', model: gone, source, strength: 1, keepColours: 'no', seed: 0 }, [
      await png(content),
    ]),
  ).rejects.toMatchObject({ code: 'model_missing' });
});

it('every manner that may be named: brushes without their folder’s prefix, translations by their directions', () => {
  const brushes = brushesOf(studio.catalogue);
  expect(brushes.map(({ name, title, note, direction }) => [name, title, note, direction])).toEqual([
    ['dusk', 'Dusk', undefined, undefined],
    ['negative', 'Negative', 'for pictures', 'forward'],
    ['positive', 'Positive', 'for pictures', 'backward'],
  ]);
  expect(findBrush(brushes, 'brush-dusk')?.name).toBe('dusk');
  expect(findBrush(brushes, 'turning')).toBeUndefined();
});
