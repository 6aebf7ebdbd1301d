import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Picture } from '../../../src/core/picture.ts';
import { chooseCarriers } from '../../../src/safety/watermark/carriers.ts';
import { decode, encode } from '../../../src/safety/watermark/convolutional.ts';
import { fromSpectrum, toSpectrum } from '../../../src/safety/watermark/fourier.ts';
import { createKeystream } from '../../../src/safety/watermark/keystream.ts';
import { createWatermark, psnr } from '../../../src/safety/watermark/mark.ts';
import { openPayload, sealPayload } from '../../../src/safety/watermark/payload.ts';
import { read } from '../../../src/safety/watermark/read.ts';
import { flatArt, shadedArt } from './art.ts';

const key = new Uint8Array(32).fill(7);
const watermark = createWatermark(key);
const random = (label: string) => createKeystream(key, label);

describe('the payload', () => {
  it.each([0n, 1n, 0xfedc_ba98_7654_3210n, 2n ** 64n - 1n])('opens to the code it was sealed with: %s', (code) => {
    expect(openPayload(key, sealPayload(key, code))).toBe(code);
  });
  it('does not open with another key, or when any bit is wrong', () => {
    const bits = sealPayload(key, 42n);
    expect(openPayload(new Uint8Array(32), bits)).toBeUndefined();
    for (let i = 0; i < bits.length; i++)
      expect(
        openPayload(
          key,
          bits.map((bit, j) => (i === j ? 1 - bit : bit)),
        ),
      ).toBeUndefined();
  });
});

describe('the convolutional code', () => {
  const { uint32, uniform } = random('code');
  const bits = Uint8Array.from({ length: 96 }, () => uint32() & 1);
  it('is linear, so a keyed pad makes every reading equally likely', () => {
    const other = Uint8Array.from({ length: 96 }, () => uint32() & 1);
    const sum = encode(bits.map((bit, i) => bit ^ other[i]!));
    expect(sum).toEqual(encode(bits).map((bit, i) => bit ^ encode(other)[i]!));
  });
  it('corrects one wrong code bit in twenty, wherever the ring of bits is cut', () => {
    for (let turn = 0; turn < 96; turn += 16) {
      const turned = Uint8Array.from(bits, (_, i) => bits[(i + turn) % 96]!);
      const soft = Float64Array.from(encode(turned), (bit) => (bit === 1 ? 1 : -1) * (uniform() < 0.05 ? -1 : 1));
      expect(decode(soft)).toEqual(turned);
    }
  });
});

it('Fourier transform and back is the identity, and keeps the energy', () => {
  const { uniform } = random('fourier');
  const values = Float64Array.from({ length: 64 * 64 }, uniform);
  const [re, im] = [Float64Array.from(values), new Float64Array(values.length)];
  toSpectrum(re, im, 64);
  const energy = (list: Float64Array) => list.reduce((sum, v) => sum + v * v, 0);
  expect((energy(re) + energy(im)) / values.length).toBeCloseTo(energy(values), 6);
  fromSpectrum(re, im, 64);
  expect(Math.max(...re.map((v, i) => Math.abs(v - values[i]!)))).toBeLessThan(1e-12);
});

const raw = ({ data, width, height }: Picture) => sharp(data, { raw: { width, height, channels: 3 } });
const after = async (picture: Picture, attack: (image: Sharp) => Sharp): Promise<Picture> => {
  const { data, info } = await sharp(await attack(raw(picture)).toBuffer())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
};
const squares = (side: number) => (image: Sharp) => image.resize(side, side).png();
const ATTACKS: Record<string, (image: Sharp) => Sharp> = {
  PNG: (image) => image.png(),
  'JPEG 75': (image) => image.jpeg({ quality: 75 }),
  'JPEG 50': (image) => image.jpeg({ quality: 50 }),
  'half the size': squares(256),
  'three quarters of the size': squares(384),
  'one and a half times the size': squares(768),
  'twice the size': squares(1024),
  'a crop to 90 %': (image) => image.extract({ left: 20, top: 31, width: 461, height: 461 }).png(),
  'a 360 px JPEG thumbnail': (image) => image.resize(360, 360).jpeg({ quality: 75 }),
};

describe.each([
  ['flat art', flatArt],
  ['shaded art', shadedArt],
])('on %s', (_, draw) => {
  const codes = [0x0123_4567_89ab_cdefn, 2n ** 64n - 1n, 0n];
  const pictures = codes.map((_, i) => draw(i));
  let marked: Picture[];
  beforeAll(async () => {
    marked = await Promise.all(pictures.map(async (picture, i) => (await watermark.mark(picture, codes[i]!)).picture));
  }, 60_000);

  it.each(Object.entries(ATTACKS))(
    'the code is read after %s',
    async (_, attack) => {
      for (const [i, picture] of marked.entries()) expect(watermark.read(await after(picture, attack))).toBe(codes[i]);
    },
    60_000,
  );

  it('the mark is hard to see: at least 41 dB', () => {
    for (const [i, picture] of marked.entries()) expect(psnr(pictures[i]!, picture)).toBeGreaterThan(41);
  });

  it('the same picture and code give the same pixels', async () => {
    const { picture } = await watermark.mark(pictures[0]!, codes[0]!);
    expect(Buffer.compare(picture.data, marked[0]!.data)).toBe(0);
  }, 60_000);

  it('another key reads nothing', () => {
    const other = createWatermark(new Uint8Array(32).fill(8));
    for (const [i, picture] of marked.entries()) expect(other.read(picture, { crops: i === 0 })).toBeUndefined();
  }, 60_000);
});

it('survives a 400 px WebP preview on shaded art', async () => {
  const preview = (image: Sharp) => image.resize(400, 400).webp({ quality: 75 });
  const { picture, strength } = await watermark.mark(shadedArt(5), 99n);
  expect(strength).toBe('normal');
  expect(watermark.read(await after(picture, preview))).toBe(99n);
});

it('is read from a picture that is not square', async () => {
  const wide = await after(shadedArt(6), (image) => image.extract({ left: 0, top: 64, width: 512, height: 320 }).png());
  const { picture } = await watermark.mark(wide, 5n);
  expect(watermark.read(await after(picture, (image) => image.resize(400, 250).jpeg({ quality: 75 })))).toBe(5n);
});

it('does not average out: the pattern stands elsewhere in every picture', async () => {
  const ground = { width: 256, height: 256, data: new Uint8Array(256 * 256 * 3).fill(128) };
  const codes = Array.from({ length: 12 }, (_, i) => BigInt(i) * 7919n);
  const marked = await Promise.all(codes.map((code) => watermark.mark(ground, code)));
  const average = ground.data.map((_, i) =>
    Math.round(marked.reduce((sum, { picture }) => sum + picture.data[i]!, 0) / 12),
  );
  const left = { ...ground, data: marked[0]!.picture.data.map((v, i) => v - average[i]! + 128) };
  expect(watermark.read(left)).toBe(codes[0]);
}, 60_000);

it.each([
  ['one pixel', 1, 1],
  ['a line', 300, 1],
  ['plain ground', 512, 512],
])('reads nothing in %s and does not stumble', (_, width, height) => {
  expect(watermark.read({ width, height, data: new Uint8Array(width * height * 3).fill(200) })).toBeUndefined();
});

it('reads nothing in 60 pictures without a mark', () => {
  const carriers = chooseCarriers(key);
  const found = Array.from({ length: 60 }, (_, i) => {
    const picture = i % 2 === 0 ? flatArt(100 + i, 128) : shadedArt(100 + i, 128);
    return read(picture, carriers, key, { crops: i % 20 === 0 });
  });
  expect(found.filter((code) => code !== undefined)).toEqual([]);
}, 60_000);
