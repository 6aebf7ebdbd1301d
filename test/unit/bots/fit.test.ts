import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { fit as fitting } from '../../../src/bots/fit.ts';
import { sheet } from '../../../src/bots/sheet.ts';
import { mulberry32 } from '../../../src/core/mulberry32.ts';

const noise = (side: number) =>
  sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();

it('leaves alone what fits', async () => {
  const upload = { bytes: await noise(16), mime: 'image/png', name: 'a.png' };
  expect(await fitting(upload, 10_000)).toBe(upload);
});

it('re-encodes what does not, and says so', async () => {
  const upload = { bytes: await noise(256), mime: 'image/png', name: 'a.png' };
  const made = await fitting(upload, 60_000);
  expect(made.bytes.length).toBeLessThanOrEqual(60_000);
  expect(made).toMatchObject({ mime: 'image/jpeg', name: 'a.jpg', note: expect.stringContaining('JPEG') });
});

it('keeps what moves moving, however small it has to become', async () => {
  const random = mulberry32(1);
  const frames = Uint8Array.from({ length: 6 * 64 * 64 * 3 }, () => random() * 256);
  const raw = { width: 64, height: 6 * 64, channels: 3 as const, pageHeight: 64 };
  const bytes = await sharp(frames, { raw }).webp({ lossless: true }).toBuffer();
  const made = await fitting({ bytes, mime: 'image/webp', name: 'a.webp' }, 20_000);
  expect(made.bytes.length).toBeLessThanOrEqual(20_000);
  expect(made).toMatchObject({ mime: 'image/webp', name: 'a.webp', note: expect.stringContaining('WebP') });
  const { pages, delay } = await sharp(made.bytes, { animated: true }).metadata();
  expect(pages).toBe(6);
  expect(delay).toEqual((await sharp(bytes, { animated: true }).metadata()).delay);
});

it('gives up in plain words', async () => {
  await expect(fitting({ bytes: await noise(256), mime: 'image/png', name: 'a.png' }, 500)).rejects.toMatchObject({
    code: 'invalid_request',
  });
});

it('lays four pictures out in reading order', async () => {
  const colours = ['#f00', '#0f0', '#00f', '#ff0'];
  const cells = colours.map((background) =>
    sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toBuffer(),
  );
  const { bytes, width, height } = await sheet((await Promise.all(cells)).map((cell) => async () => cell));
  expect([width, height]).toEqual([20, 20]);
  const pixels = await sharp(bytes).raw().toBuffer();
  const at = (x: number, y: number) => [...pixels.subarray((y * 20 + x) * 3, (y * 20 + x) * 3 + 3)];
  expect([at(2, 2), at(15, 2), at(2, 15), at(15, 15)]).toEqual([
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 0],
  ]);
});
