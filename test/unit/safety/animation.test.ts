import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { encodeAnimation } from '../../../src/safety/animation.ts';
import { createSafety } from '../../../src/safety/safety.ts';
import { flatArt } from './art.ts';

const recipe: RecipeOf<'brush'> = {
  ...{ v: 1, kind: 'brush', strength: 1, keepColours: 'no', seed: 7 },
  model: { name: 'brush-süß', version: '1', sha256: 'a'.repeat(64) },
  source: { key: 'k', sha256: 'b'.repeat(64), width: 128, height: 128, frames: 3 },
};
const about = { recipe, seed: 7, index: 0, altText: 'AI-generated image: <bear>' };
const film = { frames: [1, 2, 3].map((seed) => flatArt(seed, 96)), delaysMs: [40, 200, 90] };

it.each(['webp', 'gif'] as const)(
  'a %s keeps its frames, how long each is shown, and goes on for ever',
  async (format) => {
    const meta = await sharp(await encodeAnimation(film, about, format), { animated: true }).metadata();
    expect(meta).toMatchObject({ format, pages: 3, pageHeight: 96, width: 96, delay: [40, 200, 90], loop: 0 });
  },
);

it('frames come out as they went in, but for the codec', async () => {
  const bytes = await encodeAnimation(film, about);
  for (const [page, { data }] of film.frames.entries()) {
    const back = await sharp(bytes, { page }).removeAlpha().raw().toBuffer();
    const error = back.reduce((sum, v, i) => sum + Math.abs(v - data[i]!), 0) / back.length;
    expect(error).toBeLessThan(6); // of 255, on average: colour has half the resolution, and flat art is all edges
  }
});

it('equal films give equal bytes', async () => {
  expect(await encodeAnimation(film, about)).toEqual(await encodeAnimation(film, about));
});

it('says how it was made, and that a trained algorithm made it', async () => {
  const { xmp } = await sharp(await encodeAnimation(film, about)).metadata();
  const text = xmp!.toString('utf8');
  expect(text).toContain('digitalsourcetype/trainedAlgorithmicMedia');
  expect(text).toContain('AI-generated image: &#60;bear&#62;');
  expect(text).toContain('Filter: brush, Style strength: 1, Seed: 7, Model hash: aaaaaaaaaa, Model: brush-süß');
});

it('"was this made here?" is answered for every frame of the file that people get', async () => {
  const log = { warn() {}, error() {}, debug() {} } as never;
  const safety = createSafety({ key: new Uint8Array(32).fill(1), keyId: 'k1', log, classify: async () => ({}) });
  const frames = [];
  for (const seed of [1, 2]) frames.push((await safety.mark(flatArt(seed), 0xdead_beefn)).picture);
  const { bytes, mime } = await safety.encode({ frames, delaysMs: [50, 50] }, about);
  expect(mime).toBe('image/webp');
  for (const page of [0, 1]) {
    const { data, info } = await sharp(bytes, { page }).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(await safety.readMark({ width: info.width, height: info.height, data })).toEqual({
      code: 0xdead_beefn,
      keyId: 'k1',
    });
  }
}, 30_000);
