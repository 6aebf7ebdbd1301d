import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../src/core/picture.ts';
import {
  type Cutout,
  decodeCutout,
  decodePicture,
  inspectPicture,
  paintedPart,
} from '../../../src/engine/picture-input.ts';

/** Red on the left, blue on the right, 40 × 20. */
const halves = (): Sharp =>
  sharp({ create: { width: 40, height: 20, channels: 3, background: '#e01010' } }).composite([
    { input: { create: { width: 20, height: 20, channels: 3, background: '#1010e0' } }, left: 20, top: 0 },
  ]);
const rgb = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
const near = (seen: readonly number[], wanted: readonly number[], tolerance = 6) =>
  seen.forEach(
    (v, c) => void expect(Math.abs(v - wanted[c]!), `${seen} is not ${wanted}`).toBeLessThanOrEqual(tolerance),
  );
const RED = [0xe0, 0x10, 0x10];
const BLUE = [0x10, 0x10, 0xe0];

describe('a file becomes what a person sees in it', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)('%s', async (format) => {
    const picture = await decodePicture(await halves().toFormat(format, { quality: 100 }).toBuffer());
    expect([picture.width, picture.height]).toEqual([40, 20]);
    near(rgb(picture, 5, 10), RED);
    near(rgb(picture, 35, 10), BLUE);
  });

  it.each([
    [3, 'upside down', 40, 20, [35, 10]],
    [6, 'turned right', 20, 40, [10, 5]],
    [8, 'turned left', 20, 40, [10, 35]],
    [2, 'mirrored', 40, 20, [35, 10]],
  ] as const)('held upright: EXIF orientation %i, %s', async (orientation, _, width, height, [x, y]) => {
    const file = await halves().jpeg({ quality: 100 }).withMetadata({ orientation }).toBuffer();
    const picture = await decodePicture(file);
    expect([picture.width, picture.height]).toEqual([width, height]);
    expect(await inspectPicture(file)).toMatchObject({ width, height });
    near(rgb(picture, x, y), RED, 12);
  });

  it('on white where it is transparent, half and half where it is half', async () => {
    const pixels = Uint8Array.of(200, 0, 0, 0, 200, 0, 0, 128, 200, 0, 0, 255);
    const file = await sharp(pixels, { raw: { width: 3, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    const picture = await decodePicture(file);
    near(rgb(picture, 0, 0), [255, 255, 255], 0);
    near(rgb(picture, 1, 0), [227, 127, 127], 1);
    near(rgb(picture, 2, 0), [200, 0, 0], 0);
  });

  it('grey in three channels, with and without transparency', async () => {
    const grey = sharp(Uint8Array.of(10, 128, 250), { raw: { width: 3, height: 1, channels: 1 } });
    const picture = await decodePicture(await grey.clone().toColourspace('b-w').png().toBuffer());
    expect([...picture.data]).toEqual([10, 10, 10, 128, 128, 128, 250, 250, 250]);
    const alpha = sharp(Uint8Array.of(10, 255, 10, 0), { raw: { width: 2, height: 1, channels: 2 } });
    const clear = await decodePicture(await alpha.toColourspace('b-w').png().toBuffer());
    expect([...clear.data]).toEqual([10, 10, 10, 255, 255, 255]);
  });

  it('print colours (CMYK) as they look on a screen', async () => {
    const file = await halves().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(file).metadata()).space).toBe('cmyk');
    const picture = await decodePicture(file);
    const [r, g, b] = rgb(picture, 5, 10) as [number, number, number];
    expect(r).toBeGreaterThan(150);
    expect(Math.max(g, b)).toBeLessThan(100);
    const [r2, , b2] = rgb(picture, 35, 10) as [number, number, number];
    expect(b2).toBeGreaterThan(r2);
  });

  it('16 bits a channel as 8, clear parts too', async () => {
    const wide = Uint16Array.of(0, 32768, 65535, 65535, 65535, 0, 0, 0);
    const raw = sharp(wide, { raw: { width: 2, height: 1, channels: 4 } });
    const file = await raw.toColourspace('rgb16').png().toBuffer();
    expect((await sharp(file).metadata()).depth).toBe('ushort');
    const picture = await decodeCutout(file);
    near(rgb(picture, 0, 0), [0, 128, 255], 1);
    expect([...picture.alpha!]).toEqual([255, 0]);
    near(rgb(await decodePicture(file), 1, 0), [255, 255, 255], 0);
  });

  it('16-bit grey as 8', async () => {
    const raw = sharp(Uint16Array.of(0, 32896, 65535), { raw: { width: 3, height: 1, channels: 1 } });
    const file = await raw.toColourspace('grey16').png().toBuffer();
    expect((await sharp(file).metadata()).depth).toBe('ushort');
    expect([...(await decodePicture(file)).data]).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255]);
  });

  it.each(['gif', 'webp'] as const)('the first frame of a moving %s', async (format) => {
    const frames = await Promise.all(
      ['#e01010', '#1010e0'].map((background) =>
        sharp({ create: { width: 16, height: 8, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const file = await sharp(frames, { join: { animated: true } })
      .toFormat(format, { lossless: true, delay: [100, 100] })
      .toBuffer();
    expect((await sharp(file, { animated: true }).metadata()).pages).toBe(2);
    const picture = await decodePicture(file);
    expect([picture.width, picture.height]).toEqual([16, 8]);
    near(rgb(picture, 8, 4), RED);
  });

  it('in sRGB when its own colours were wider', async () => {
    const srgb = await decodePicture(await halves().png().toBuffer());
    const wide = await halves().withIccProfile('p3').png().toBuffer();
    expect((await sharp(wide).metadata()).icc).toBeDefined();
    near(rgb(await decodePicture(wide), 5, 10), rgb(srgb, 5, 10), 3);
  });
});

describe('a file is refused in words that say why', () => {
  const refused = (message: string) =>
    expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(message) });

  it('when it is no picture', async () => {
    await expect(decodePicture(Buffer.from('not a picture'))).rejects.toEqual(
      refused('not a picture that can be read'),
    );
  });

  it('when it is a program that draws', async () => {
    const svg = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    );
    await expect(decodePicture(svg)).rejects.toEqual(refused('PNG, JPEG or WebP'));
  });

  it('when it is broken off', async () => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251);
    const file = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    await expect(decodePicture(file.subarray(0, file.length >> 1))).rejects.toEqual(refused('can be read'));
  });

  it('when it has too many bytes, before it is looked at', async () => {
    await expect(inspectPicture(new Uint8Array(33 * 2 ** 20))).rejects.toEqual(refused('33.0 MiB'));
  });

  it('when it unfolds to too many pixels, before it does', async () => {
    const bomb = await sharp({ create: { width: 9000, height: 8000, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    expect(bomb.length).toBeLessThan(2 ** 20);
    await expect(decodePicture(bomb)).rejects.toEqual(refused('9000×8000'));
  });
});

describe('of a mask is painted', () => {
  const cutout = (greys: readonly number[], alphas?: readonly number[]): Cutout => ({
    ...{ width: greys.length, height: 1, data: Uint8Array.from(greys.flatMap((v) => [v, v, v])) },
    ...(alphas && { alpha: Uint8Array.from(alphas) }),
  });
  const painted = (mask: Cutout) => [...paintedPart(mask).data].filter((_, i) => i % 3 === 0);

  it('what is white', () => {
    expect(painted(cutout([0, 127, 128, 255]))).toEqual([0, 0, 255, 255]);
  });

  it('what white strokes on nothing cover', () => {
    expect(painted(cutout([0, 255, 255, 255], [0, 255, 200, 0]))).toEqual([0, 255, 255, 0]);
  });

  it('what was erased from a copy of the picture, or from black', () => {
    expect(painted(cutout([90, 200, 90, 10], [255, 255, 0, 30]))).toEqual([0, 0, 255, 255]);
    expect(painted(cutout([0, 0], [255, 0]))).toEqual([0, 255]);
  });
});
