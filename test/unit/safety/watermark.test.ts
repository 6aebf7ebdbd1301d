import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Picture } from '../../../src/core/picture.ts';
import { aim } from '../../../src/safety/watermark/aim.ts';
import { chooseCarriers } from '../../../src/safety/watermark/carriers.ts';
import { decode, encode } from '../../../src/safety/watermark/convolutional.ts';
import { coverOf, embed, offsetOf } from '../../../src/safety/watermark/embed.ts';
import { fromSpectrum, toSpectrum } from '../../../src/safety/watermark/fourier.ts';
import { createKeystream } from '../../../src/safety/watermark/keystream.ts';
import { localDeviation, luminance } from '../../../src/safety/watermark/luminance.ts';
import { psnr } from '../../../src/safety/watermark/manner.ts';
import { createWatermark, type Marked } from '../../../src/safety/watermark/mark.ts';
import { openPayload, sealPayload } from '../../../src/safety/watermark/payload.ts';
import { read, softBitsAt } from '../../../src/safety/watermark/read.ts';
import { drawTile, type Strengths } from '../../../src/safety/watermark/tile.ts';
import { flatArt, roughArt, shadedArt } from './art.ts';

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

describe('on a rough painting', () => {
  const picture = roughArt(1);
  let marked: Marked;
  beforeAll(async () => {
    marked = await watermark.mark(picture, 77n);
  }, 60_000);

  it.each(['PNG', 'JPEG 50', 'half the size'])('the code is read after %s', async (name) => {
    expect(watermark.read(await after(marked.picture, ATTACKS[name]!), { crops: false })).toBe(77n);
  });

  it('a pattern strong where the painting says otherwise is read where an even one of the same fidelity is lost', () => {
    const carriers = chooseCarriers(key);
    const [wanted, offset] = [encode(sealPayload(key, 77n)), offsetOf(key, 77n)];
    const marked = (strengths?: Strengths) =>
      embed(picture, drawTile(carriers, wanted, strengths), coverOf(picture), 0.45, offset);
    const says = (shown: Picture) => softBitsAt(shown, carriers, offset);
    const even = marked();
    const { strengths: bits } = aim({ wanted, heard: says(picture), evenly: says(even) });
    const aimed = marked({ bits, sync: 1.2 });
    expect(psnr(picture, aimed)).toBeCloseTo(psnr(picture, even), 1);
    expect(watermark.read(even, { crops: false })).toBeUndefined();
    expect(watermark.read(aimed, { crops: false })).toBe(77n);
  });

  it('the mark is hidden by the paint: 37 dB or more, 23 dB below the contrast round it', () => {
    expect(psnr(picture, marked.picture)).toBeGreaterThan(37);
    const contrast = localDeviation(luminance(picture), 4);
    const meanSquare = contrast.reduce((sum, v) => sum + v * v, 0) / contrast.length;
    const error = 255 ** 2 / 10 ** (psnr(picture, marked.picture) / 10);
    expect(10 * Math.log10(meanSquare / error)).toBeGreaterThan(23);
  });
});

it('aims: what would be read as another word is read as this one, with the same strength in all', () => {
  const { uniform, uint32 } = random('aim');
  const wanted = encode(Uint8Array.from({ length: 96 }, () => uint32() & 1));
  const heard = Float64Array.from(wanted, () => 4 * (uniform() + uniform() + uniform() - 1.5));
  const says = (strengths: Float64Array) => heard.map((v, bit) => v + (wanted[bit] ? 1.4 : -1.4) * strengths[bit]!);
  const evenly = says(new Float64Array(wanted.length).fill(1));
  const { strengths, lead } = aim({ wanted, heard, evenly });
  expect(lead).toBeGreaterThan(0);
  expect(strengths.reduce((sum, v) => sum + v * v, 0) / strengths.length).toBeCloseTo(1, 9);
  expect(encode(decode(evenly))).not.toEqual(wanted);
  expect(encode(decode(says(strengths)))).toEqual(wanted);
});

it('reads a film where every frame by itself says too little', async () => {
  const frames: Picture[] = [];
  for (let seed = 11; seed < 17; seed++) {
    const { picture } = await watermark.mark(roughArt(seed), 9n);
    frames.push(await after(picture, (image) => image.resize(200, 200).jpeg({ quality: 30 })));
  }
  expect(frames.map((frame) => watermark.read(frame, { crops: false }))).toEqual(frames.map(() => undefined));
  expect(watermark.read(frames, { crops: false })).toBe(9n);
  expect(createWatermark(new Uint8Array(32).fill(8)).read(frames, { crops: false })).toBeUndefined();
}, 60_000);

it('marks what stands still in a film alike in every frame', async () => {
  const [first, second] = [0, 1].map((frame) => {
    const still = roughArt(3);
    for (let y = 0; y < 90; y++)
      for (let x = 0; x < 90; x++)
        still.data.fill(128, 3 * (y * 512 + x + 200 * frame), 3 * (y * 512 + x + 200 * frame) + 3);
    return still;
  }) as [Picture, Picture];
  const before = await watermark.mark(first, 8n);
  const alone = await watermark.mark(second, 8n);
  const next = await watermark.mark(second, 8n, before.manner);
  const from = 3 * 512 * 120;
  const apart = (a: Marked, b: Marked) =>
    a.picture.data.subarray(from).filter((v, i) => v !== b.picture.data[from + i]).length;
  expect(apart(before, next)).toBe(0);
  expect(apart(before, alone)).toBeGreaterThan(from);
  expect(watermark.read(next.picture, { crops: false })).toBe(8n);
}, 30_000);

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
