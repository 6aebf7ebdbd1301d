import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { archive, type Packed } from '../../../src/bots/archive.ts';
import { sheet } from '../../../src/bots/sheet.ts';
import { mulberry32 } from '../../../src/core/mulberry32.ts';

const plain = (side: number, grey: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: { r: grey, g: grey, b: grey } } })
    .png()
    .toBuffer();

const noisy = (side: number, seed: number) => {
  const random = mulberry32(seed);
  return sharp(
    Uint8Array.from({ length: side * side * 3 }, () => random() * 256),
    {
      raw: { width: side, height: side, channels: 3 },
    },
  )
    .png()
    .toBuffer();
};

it('lays many pictures out as a square, in reading order, within its width', async () => {
  const pictures = await Promise.all(Array.from({ length: 30 }, (_, i) => plain(64, i * 8)));
  const { bytes, width, height } = await sheet(
    pictures.map((picture) => async () => picture),
    { side: 240 },
  );
  expect([width, height]).toEqual([236, 196]); // six columns of 36 and five rows, 4 between them
  const pixels = await sharp(bytes).raw().toBuffer();
  const seen = pictures.map((_, i) => pixels[((Math.floor(i / 6) * 40 + 18) * width + (i % 6) * 40 + 18) * 3]);
  expect(seen).toEqual(pictures.map((_, i) => i * 8));
});

describe('an archive', () => {
  const packed = async (count: number): Promise<Packed[]> =>
    Promise.all(
      Array.from({ length: count }, async (_, i) => {
        const bytes = await noisy(48, i);
        return {
          name: `${String(i + 1).padStart(3, '0')}-face-${i}.png`,
          bytes: bytes.length,
          read: async () => bytes,
        };
      }),
    );
  const sizeOf = (pictures: Packed[]) => pictures.reduce((sum, { bytes }) => sum + bytes, 0);
  const sum = (files: { bytes: Uint8Array }[]) => files.reduce((sum, { bytes }) => sum + bytes.length, 0);

  it('holds the very files where there is room, and is the same for the same pictures', async () => {
    const pictures = await packed(12);
    const room = { file: 2 * sizeOf(pictures), total: 2 * sizeOf(pictures), files: 9 };
    const { files, note } = await archive('faces.zip', pictures, room);
    expect(files.map(({ name }) => name)).toEqual(['faces.zip']);
    expect(note).toBeUndefined();
    const held = unzipSync(files[0]!.bytes);
    expect(Object.keys(held)).toEqual(pictures.map(({ name }) => name));
    for (const { name, read } of pictures) expect(Buffer.from(held[name]!)).toEqual(await read());
    expect(Buffer.from((await archive('faces.zip', pictures, room)).files[0]!.bytes)).toEqual(
      Buffer.from(files[0]!.bytes),
    );
  });

  it('comes in parts that each fit, with nothing lost', async () => {
    const pictures = await packed(12);
    const room = { file: Math.ceil(sizeOf(pictures) / 3), total: 2 * sizeOf(pictures), files: 9 };
    const { files } = await archive('faces.zip', pictures, room);
    expect(files.length).toBeGreaterThan(2);
    for (const { bytes } of files) expect(bytes.length).toBeLessThanOrEqual(room.file);
    expect(files.flatMap(({ bytes }) => Object.keys(unzipSync(bytes)))).toEqual(pictures.map(({ name }) => name));
  });

  it.each([
    ['holds JPEGs', 0.7, /holds JPEGs/],
    ['holds the first of them', 0.2, /first \d of 12/],
    ['is left out', 0.01, /no archive/],
  ])('%s where there is less room, and says so', async (_what, share, says) => {
    const pictures = await packed(12);
    const room = { file: sizeOf(pictures), total: Math.ceil(sizeOf(pictures) * share), files: 1 };
    const { files, note } = await archive('faces.zip', pictures, room);
    expect(sum(files)).toBeLessThanOrEqual(room.total);
    expect(note).toMatch(says);
  });
});
