import sharp from 'sharp';
import { expect, it, vi } from 'vitest';
import { loadConfig } from '../../../src/core/config.ts';
import type { Logger } from '../../../src/core/log.ts';
import type { RecipeOf } from '../../../src/core/recipe.ts';
import { uploadBounds } from '../../../src/core/upload-bounds.ts';
import { createSafety } from '../../../src/safety/safety.ts';
import { flatArt } from './art.ts';

const warn = vi.fn();
const log = { warn, error: vi.fn(), debug: vi.fn() } as unknown as Logger;
const key = new Uint8Array(32).fill(1);
const model = { name: 'sticker-diffusion', version: '1', sha256: 'a'.repeat(64) };
const source = { key: 'k', sha256: 'b'.repeat(64), width: 128, height: 128 };
const recipe: RecipeOf<'upscale'> = { v: 1, kind: 'upscale', model, source, factor: 4, seed: 7 };

it('answers "was this made here?" for the file that people get', async () => {
  const safety = createSafety({ key, keyId: 'k1', log, classify: async () => ({}) });
  const { picture, keyId } = await safety.mark(flatArt(1), 0xdead_beefn);
  const { bytes, mime } = await safety.encode(picture, {
    recipe,
    seed: 7,
    index: 0,
    altText: 'AI-generated image: art',
  });
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  const found = await safety.readMark({ width: info.width, height: info.height, data });
  expect({ found, keyId, mime }).toEqual({
    found: { code: 0xdead_beefn, keyId: 'k1' },
    keyId: 'k1',
    mime: 'image/png',
  });
  const stranger = createSafety({ key: new Uint8Array(32), keyId: 'k2', log, classify: async () => ({}) });
  expect(await stranger.readMark(picture)).toBeUndefined();
}, 60_000);

it('knows a picture made before the key changed, and says which key marked it', async () => {
  const classify = async () => ({});
  const older = { key: new Uint8Array(32).fill(2), keyId: 'k0' };
  const { picture } = await createSafety({ ...older, log, classify }).mark(flatArt(1), 5n);
  const safety = createSafety({
    key,
    keyId: 'k1',
    earlier: [{ key: new Uint8Array(32), keyId: 'k' }, older],
    log,
    classify,
  });
  expect(await safety.readMark(picture)).toEqual({ code: 5n, keyId: 'k0' });
  const { picture: newer, keyId } = await safety.mark(flatArt(2), 6n);
  expect(keyId).toBe('k1');
  expect(await safety.readMark(newer)).toEqual({ code: 6n, keyId: 'k1' });
}, 60_000);

it('takes in what the settings allow, and names the limit in force', async () => {
  const uploads = uploadBounds(loadConfig({ UPLOAD_MAX_MB: '1', UPLOAD_MAX_MEGAPIXELS: '2', UPLOAD_MAX_FRAMES: '2' }));
  const { cleanse } = createSafety({ key, keyId: 'k1', log, uploads });
  const flat = (width: number) => sharp({ create: { width, height: 1000, channels: 3, background: '#345' } });
  expect(await cleanse(await flat(1999).png().toBuffer())).toMatchObject({ width: 1999, height: 1000 });
  await expect(cleanse(await flat(2001).png().toBuffer())).rejects.toThrow('the most is 2 million in all');
  await expect(cleanse(new Uint8Array(2 ** 20 + 1))).rejects.toThrow('the most is 1. Send a smaller one');
  const frames = ['#f00', '#0f0', '#00f'].map((background) =>
    sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toBuffer(),
  );
  const film = await sharp(await Promise.all(frames), { join: { animated: true } })
    .gif()
    .toBuffer();
  await expect(cleanse(film)).rejects.toThrow('That animation has 3 frames; the most is 2');
});

it('warns once, at the start, that nobody looks at the pictures', async () => {
  warn.mockClear();
  const safety = createSafety({ key, keyId: 'k1', log });
  expect(await safety.judgePicture(flatArt(1, 64))).toMatchObject({ decision: 'allow', rule: 'no-classifier' });
  expect(warn).toHaveBeenCalledTimes(1);
});
