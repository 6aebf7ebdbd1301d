import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeFilm, filmed, loadFilm, perFrame } from '../../../src/engine/film.ts';

const shade = (v: number, alpha = 255) => Buffer.alloc(12 * 8 * 4, Uint8Array.of(v, v / 2, 255 - v, alpha));
const moving = (frames: readonly Buffer[], delay: number[], format: 'webp' | 'gif' = 'webp') =>
  sharp(Buffer.concat(frames), { raw: { width: 12, height: 8 * frames.length, pageHeight: 8, channels: 4 } })
    .toFormat(format, { delay, lossless: true, effort: 1 })
    .toBuffer();
const reds = ({ frames }: { frames: readonly { data: Uint8Array }[] }) => frames.map(({ data }) => data[0]);

describe('a file becomes a film', () => {
  it.each(['webp', 'gif'] as const)('frames and delays of a %s', async (format) => {
    const film = await decodeFilm(await moving([shade(10), shade(90), shade(200)], [40, 250, 90], format));
    expect(film.delaysMs).toEqual([40, 250, 90]);
    expect(film.frames.map(({ width, height }) => [width, height])).toEqual(Array(3).fill([12, 8]));
    reds(film).forEach((v, i) => void expect(Math.abs(v! - [10, 90, 200][i]!)).toBeLessThanOrEqual(2));
  });

  it('of one frame, when it stands still', async () => {
    const still = await sharp(shade(60), { raw: { width: 12, height: 8, channels: 4 } })
      .png()
      .toBuffer();
    const film = await decodeFilm(still);
    expect([film.frames.length, ...reds(film)]).toEqual([1, 60]);
    expect(filmed(film, 5)).toEqual({ picture: film.frames[0], seed: 5 });
  });

  it('the pages of a document are no frames', async () => {
    const pages = sharp(Buffer.concat([shade(10), shade(90)]), {
      raw: { width: 12, height: 16, pageHeight: 8, channels: 4 },
    });
    const film = await decodeFilm(await pages.tiff().toBuffer());
    expect(film.frames.length).toBe(1);
  });

  it('on white, wherever it is transparent', async () => {
    const { frames } = await decodeFilm(await moving([shade(10), shade(10, 0)], [50, 50]));
    expect([...frames[1]!.data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect(frames[0]!.data[0]).toBe(10);
  });

  it('a delay that browsers would not believe is the usual one', async () => {
    const film = await decodeFilm(await moving([shade(10), shade(200)], [0, 10], 'gif'));
    expect(film.delaysMs).toEqual([100, 100]);
  });

  it('of too many frames some are left out, evenly, and it lasts as long', async () => {
    const shades = Array.from({ length: 100 }, (_, i) => shade(2 * i));
    const film = await decodeFilm(await moving(shades, Array(100).fill(50)));
    expect(film.frames.length).toBe(60);
    expect(film.delaysMs.reduce((a, b) => a + b)).toBe(100 * 50);
    expect(Math.max(...film.delaysMs)).toBe(100);
    expect(reds(film)[0]).toBe(0);
    expect(new Set(reds(film)).size).toBe(60);
  });

  it('frames have memory of their own: what is sent to another process is no more than them', async () => {
    const { frames } = await decodeFilm(await moving([shade(1), shade(2)], [50, 50]));
    for (const { data } of frames) expect(data.buffer.byteLength).toBe(12 * 8 * 3);
  });

  it('what is broken in the middle is refused', async () => {
    const noise = () => Buffer.from(Uint8Array.from({ length: 12 * 8 * 4 }, () => Math.random() * 256));
    const file = await moving([noise(), noise(), noise()], [50, 50, 50]);
    await expect(decodeFilm(file.subarray(0, file.length * 0.6))).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

it('a file that is not the recorded one is not used', async () => {
  const file = await moving([shade(1), shade(2)], [50, 50]);
  const stored = { key: 'k', sha256: '0'.repeat(64), width: 12, height: 8, frames: 2 };
  await expect(loadFilm(async () => file, stored)).rejects.toMatchObject({ code: 'storage_failed' });
});

it('a film that is changed keeps its delays, and is made as one picture that moves', async () => {
  const film = await decodeFilm(await moving([shade(10), shade(90)], [40, 80]));
  const turned = await perFrame(film, async (frame) => ({ ...frame, data: frame.data.map((v) => 255 - v) }));
  const made = filmed(turned, 7);
  expect(made.animation).toEqual({ frames: turned.frames, delaysMs: [40, 80] });
  expect([made.seed, made.picture.data[0], turned.frames[1]!.data[0]]).toEqual([7, 245, 165]);
});
