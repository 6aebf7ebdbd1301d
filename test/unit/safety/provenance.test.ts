import extractChunks from 'png-chunks-extract';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { parametersText } from '../../../src/safety/parameters.ts';
import { encodePng } from '../../../src/safety/provenance.ts';

const recipe: RecipeOf<'imagine'> = {
  v: 1,
  kind: 'imagine',
  model: { name: 'sticker-diffusion', version: '1', sha256: 'a'.repeat(64) },
  prompt: 'ein süßer Bär 🐻',
  negativePrompt: 'blur',
  seed: 7,
  count: 1,
  steps: 20,
  sampler: 'euler_a',
  guidance: 5,
  width: 128,
  height: 128,
};
const picture = { width: 16, height: 8, data: Uint8Array.from({ length: 16 * 8 * 3 }, (_, i) => (i * 37) % 256) };
const about = { recipe, seed: 8, index: 1, altText: 'AI-generated image: <bear> & "friends"\u0000' };

const texts = (png: Uint8Array) =>
  Object.fromEntries(
    extractChunks(png)
      .filter(({ name }) => name === 'iTXt')
      .map(({ data }) => Buffer.from(data).toString('utf8').split('\0\0\0\0\0') as [string, string]),
  );

it('keeps every pixel', async () => {
  const back = await sharp(await encodePng(picture, about))
    .raw()
    .toBuffer();
  expect(new Uint8Array(back)).toEqual(picture.data);
});

it('gives equal bytes for equal pictures', async () => {
  expect(await encodePng(picture, about)).toEqual(await encodePng(picture, about));
});

it('carries the settings as Automatic1111 writes them, in UTF-8', async () => {
  expect(texts(await encodePng(picture, about)).parameters).toBe(
    'ein süßer Bär 🐻\nNegative prompt: blur\nSteps: 20, Sampler: Euler a, CFG scale: 5, Seed: 8, Size: 128x128, Model hash: aaaaaaaaaa, Model: sticker-diffusion, Version: Atelier',
  );
});

it('says that a trained algorithm made it, in XMP that image programs find', async () => {
  const { xmp } = await sharp(await encodePng(picture, about)).metadata();
  const text = xmp!.toString('utf8');
  expect(text).toContain('http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia');
  expect(text).toContain('AI-generated image: &#60;bear&#62; &#38; &#34;friends&#34;<');
});

it('describes an enlargement too', () => {
  const source = { key: 'k', sha256: 'b'.repeat(64), width: 8, height: 8 };
  const { model } = recipe;
  expect(parametersText({ v: 1, kind: 'upscale', model, source, factor: 4, seed: 7 }, 7)).toBe(
    'Upscale by: 4, Seed: 7, Model hash: aaaaaaaaaa, Model: sticker-diffusion, Version: Atelier',
  );
});

it('tells of a picture that was begun with, and of a second pass', () => {
  const stored = { key: 'k', sha256: 'b'.repeat(64), width: 9, height: 9 };
  const begun = parametersText({ ...recipe, init: { picture: stored, strength: 0.6 } }, 7);
  expect(begun).toContain('Denoising strength: 0.6');
  expect(begun).not.toContain(stored.sha256);
  const hires = { width: 256, height: 256, steps: 20, strength: 0.4 };
  expect(parametersText({ ...recipe, hires }, 7)).toContain(
    'Denoising strength: 0.4, Hires resize: 256x256, Hires steps: 20, Hires upscaler: Latent',
  );
});
