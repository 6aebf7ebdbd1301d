import { deflateSync } from 'node:zlib';
import encodeChunks from 'png-chunks-encode';
import extractChunks from 'png-chunks-extract';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../src/core/errors.ts';
import { createCleanse } from '../../../src/safety/upload/cleanse.ts';
import { framesOfGif } from '../../../src/safety/upload/gif.ts';
import { judgeUpload } from '../../../src/safety/upload/judge.ts';
import { kindOf } from '../../../src/safety/upload/kinds.ts';
import { UPLOAD_LIMITS } from '../../../src/safety/upload/limits.ts';

const cleanse = createCleanse();
const refusal = (bytes: Uint8Array): Promise<AppError> =>
  cleanse(bytes).then(
    ({ width, height }) => {
      throw new Error(`it was taken as ${width}×${height}`);
    },
    (error: AppError) => error,
  );

const [WIDTH, HEIGHT] = [48, 32];
/** Red grows to the right, green downward: any turn or mirroring shows. */
const pixels = (width = WIDTH, height = HEIGHT) =>
  Buffer.from(
    Array.from({ length: width * height }, (_, i) => [
      Math.round((255 * (i % width)) / (width - 1)),
      Math.round((255 * Math.floor(i / width)) / (height - 1)),
      128,
    ]).flat(),
  );
const image = () => sharp(pixels(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });

function film(frames: number, { width = 24, height = 16 } = {}) {
  const data = Buffer.alloc(width * height * frames * 4, 255);
  for (let f = 0; f < frames; f++)
    for (let i = 0; i < width * height; i++)
      data.set([(f * 40) % 256, (i % width) * 9, 9], (f * width * height + i) * 4);
  return sharp(data, { raw: { width, height: height * frames, channels: 4, pageHeight: height } });
}

const metadataOf = (bytes: Uint8Array) => sharp(bytes, { animated: true }).metadata();
const rawOf = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer({ resolveWithObject: true });
const chunksOf = (png: Uint8Array) => new Set(extractChunks(png).map(({ name }) => name));

/** A PNG that claims a size, with as little in it as that takes. */
function pngOf(width: number, height: number, more: { name: string; data: Uint8Array }[] = []): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8); // grey
  const rows = deflateSync(Buffer.alloc(Math.min((width + 1) * height, 2 ** 20)));
  return encodeChunks([
    { name: 'IHDR', data: header },
    ...more,
    { name: 'IDAT', data: rows },
    { name: 'IEND', data: new Uint8Array() },
  ]);
}

describe('what is taken', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('%s becomes a PNG of the same size', async (format) => {
    const kept = await cleanse(await image().toFormat(format).toBuffer());
    expect(kept).toMatchObject({ mime: 'image/png', width: WIDTH, height: HEIGHT });
    expect(kept).not.toHaveProperty('frames');
    expect(await metadataOf(kept.bytes)).toMatchObject({ format: 'png', width: WIDTH, height: HEIGHT });
  });

  it('comes out pixel by pixel as it went in, and the same every time', async () => {
    const sent = await image().png().toBuffer();
    const kept = await cleanse(sent);
    expect((await rawOf(kept.bytes)).data.equals(pixels())).toBe(true);
    expect(Buffer.from((await cleanse(sent)).bytes).equals(kept.bytes)).toBe(true);
  });

  it('is told by its bytes: a name or a declared type never counts', async () => {
    expect(kindOf(await image().jpeg().toBuffer())).toBe('jpeg');
    expect(kindOf(Buffer.from('picture.png'))).toBe('other');
  });

  it.each([
    ['16 bits a channel', () => image().toColourspace('rgb16').png()],
    ['grey with transparency', () => image().greyscale().ensureAlpha(0.5).png()],
    ['CMYK', () => image().toColourspace('cmyk').jpeg()],
    ['a palette', () => image().png({ palette: true })],
    ['interlacing', () => image().png({ progressive: true })],
  ])('%s becomes plain sRGB', async (_, make) => {
    const { bytes } = await cleanse(await make().toBuffer());
    expect(await metadataOf(bytes)).toMatchObject({ space: 'srgb', depth: 'uchar', hasProfile: false });
  });

  it('keeps what was transparent', async () => {
    const { bytes } = await cleanse(await image().ensureAlpha(0.5).png().toBuffer());
    const { data, info } = await rawOf(bytes);
    expect(info.channels).toBe(4);
    expect(data[3]).toBeGreaterThan(120);
    expect(data[3]).toBeLessThan(135);
  });

  it('is shrunk to what is kept, in its shape', async () => {
    const small = createCleanse({ ...UPLOAD_LIMITS, keptPixels: 24 * 16 });
    expect(await small(await image().png().toBuffer())).toMatchObject({ width: 24, height: 16 });
  });
});

describe('pictures that move', () => {
  it.each(['gif', 'webp'] as const)('%s becomes an animated WebP with its frames and their times', async (format) => {
    const delay = [40, 50, 60, 70];
    const kept = await cleanse(await film(4).toFormat(format, { delay, loop: 3 }).toBuffer());
    expect(kept).toMatchObject({ mime: 'image/webp', width: 24, height: 16, frames: 4 });
    expect(await metadataOf(kept.bytes)).toMatchObject({ format: 'webp', pages: 4, pageHeight: 16, delay, loop: 0 });
  });

  it('in which nothing moves are pictures that stand still, and equal frames are one', async () => {
    const size = { width: 8, height: 8 };
    const frames = (shades: number[]) => {
      const data = Buffer.concat(shades.map((shade) => Buffer.alloc(8 * 8 * 3, shade)));
      const raw = { width: 8, height: 8 * shades.length, channels: 3 as const, pageHeight: 8 };
      return sharp(data, { raw })
        .gif({ keepDuplicateFrames: true, delay: Array(shades.length).fill(50) })
        .toBuffer();
    };
    const still = await cleanse(await frames([9, 9, 9]));
    expect(still).toMatchObject({ ...size, mime: 'image/png' });
    expect(still).not.toHaveProperty('frames');
    const moving = await cleanse(await frames([9, 9, 200]));
    expect(moving).toMatchObject({ ...size, mime: 'image/webp', frames: 2 });
    expect(await metadataOf(moving.bytes)).toMatchObject({ pages: 2, delay: [100, 50] });
  });

  it('are shown at ten frames a second where they ask for the impossible', async () => {
    const { bytes } = await cleanse(
      await film(2)
        .gif({ delay: [0, 10] })
        .toBuffer(),
    );
    expect((await metadataOf(bytes)).delay).toEqual([100, 100]);
  });

  it('of many frames keep some, and last as long', async () => {
    const few = createCleanse({ ...UPLOAD_LIMITS, keptFrames: 4 });
    const kept = await few(
      await film(9)
        .gif({ delay: Array(9).fill(50) })
        .toBuffer(),
    );
    const { delay = [] } = await metadataOf(kept.bytes);
    expect([kept.frames, delay.length, delay.reduce((a, b) => a + b)]).toEqual([4, 4, 450]);
  });

  it('of too many frames are refused', async () => {
    const sent = await film(UPLOAD_LIMITS.frames + 1, { width: 4, height: 4 })
      .gif()
      .toBuffer();
    expect((await refusal(sent)).message).toBe('That animation has 121 frames; the most is 120. Send a shorter one.');
  });

  it('of too many pixels in all are refused, however small a frame is', async () => {
    const tight = createCleanse({ ...UPLOAD_LIMITS, movingPixels: 24 * 16 * 4 });
    await expect(tight(await film(5).webp().toBuffer())).rejects.toThrow('24×16 pixels in 5 frames');
  });
});

describe('what is not decoded at all', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>';
  it.each([
    ['an SVG', svg, 'SVG'],
    ['an SVG behind a declaration and a comment', `<?xml version="1.0"?><!-- ${'x'.repeat(900)} -->\n${svg}`, 'SVG'],
    ['an SVG in UTF-16', Buffer.from(`\ufeff${svg}`, 'utf16le'), 'SVG'],
    ['a web page', '\n <!DOCTYPE html><html><body>Sign in</body></html>', 'web page'],
    ['a PDF', '%PDF-1.7\n1 0 obj', 'PDF'],
    ['a TIFF', 'II*\0\x08\0\0\0', 'TIFF'],
    ['a big-endian TIFF', 'MM\0*\0\0\0\x08', 'TIFF'],
    ['a BigTIFF', 'II+\0\x08\0\0\0', 'TIFF'],
    ['a bitmap', 'BM6\0\0\0\0\0', 'Windows'],
    ['an icon', Buffer.from([0, 0, 1, 0, 1, 0]), 'Windows'],
    ['an iPhone photo', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), 'HEIC'],
    ['a HEIF that names no AVIF', Buffer.from('\0\0\0\x18ftypmif1\0\0\0\0mif1heic', 'latin1'), 'HEIC'],
    ['a film', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp41', 'latin1'), 'video'],
    ['a zip', 'PK\x03\x04....', 'archive'],
    ['gzip, which some loaders look into', Buffer.from([0x1f, 0x8b, 8, 0]), 'archive'],
    ['ImageMagick script', 'push graphic-context\nviewbox 0 0 1 1', 'not a picture'],
    ['nothing', '', 'empty'],
  ])('%s is refused, with what to send instead', async (_, content, word) => {
    const sent = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    const error = await refusal(sent);
    expect(error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining(word) });
    expect(error.message).toMatch(/[Ss]end/);
  });

  it('no loader but those of the five kinds is left in the process', async () => {
    for (const sent of [
      Buffer.from(svg),
      await sharp(pixels(), { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .tiff()
        .toBuffer(),
    ])
      await expect(sharp(sent).metadata()).rejects.toThrow('unsupported');
  });

  it('a header of one kind with the body of another is damaged', async () => {
    const head = Buffer.from('GIF89a');
    expect((await refusal(Buffer.concat([head, Buffer.from(svg)]))).message).toContain('damaged');
  });
});

describe('too much', () => {
  it('of bytes is refused unread', async () => {
    const error = await refusal(Buffer.alloc(UPLOAD_LIMITS.bytes + 1));
    expect(error.message).toBe('That file has 25.0 MiB; the most is 25. Send a smaller one.');
  });

  it.each([
    [16_000, 16_000],
    [65_535, 65_535],
    [2 ** 31 - 1, 1],
  ])('%i×%i pixels in a small file are refused before any is decoded', async (width, height) => {
    const sent = pngOf(width, height);
    expect(sent.length).toBeLessThan(2 ** 14);
    const before = performance.now();
    const error = await refusal(sent);
    expect(performance.now() - before).toBeLessThan(200);
    expect(error).toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/Send a smaller one|damaged/),
    });
  });

  it('text packed a thousandfold is left packed', async () => {
    const bomb = Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflateSync(Buffer.alloc(64 * 2 ** 20))]);
    const sent = pngOf(64, 64, [{ name: 'zTXt', data: bomb }]);
    const before = process.memoryUsage().rss;
    const { bytes } = await cleanse(sent);
    expect(bytes.length).toBeLessThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(48 * 2 ** 20);
  });

  it('a thread of pixels is no picture', async () => {
    expect((await refusal(pngOf(1, 20_000))).message).toContain('one side may be at most 20 times the other');
  });
});

describe('what is not whole', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)(
    'a truncated %s is refused, wherever it ends',
    async (format) => {
      const whole = await image().toFormat(format).toBuffer();
      for (const share of [0.3, 0.6, 0.95]) {
        const error = await refusal(whole.subarray(0, Math.floor(whole.length * share)));
        expect([error.code, error.message]).toEqual(['invalid_request', expect.stringContaining('damaged')]);
      }
    },
  );

  it('so is a truncated animation, although decoders show what is there of it', async () => {
    const whole = await film(6).gif().toBuffer();
    expect(framesOfGif(whole)).toBe(6);
    expect(framesOfGif(whole.subarray(0, whole.length * 0.8))).toBeUndefined();
    expect((await refusal(whole.subarray(0, Math.floor(whole.length * 0.8)))).message).toContain('damaged');
  });

  it('so is a picture with a bit turned over', async () => {
    const sent = await image().png().toBuffer();
    sent[Math.floor(sent.length / 2)]! ^= 1;
    expect((await refusal(sent)).message).toContain('damaged');
  });
});

describe('what goes with the file', () => {
  const secret = 'SECRET-52.5200N-13.4050E';

  it('what is appended to a picture is gone', async () => {
    const zip = Buffer.from(`PK\x03\x04${secret}<script>alert(1)</script>`, 'latin1');
    for (const format of ['png', 'jpeg', 'gif', 'webp'] as const) {
      const { bytes } = await cleanse(Buffer.concat([await image().toFormat(format).toBuffer(), zip]));
      expect(Buffer.from(bytes).includes(secret)).toBe(false);
      expect(Buffer.from(bytes).includes('PK')).toBe(false);
    }
  });

  it('place, camera, thumbnail, colour profile and XMP of a photo are gone', async () => {
    const sent = await image()
      .withExif({
        IFD0: { ImageDescription: secret, Make: secret },
        IFD3: { GPSLatitude: '52/1 31/1 0/1', GPSLatitudeRef: 'N' },
      })
      .withXmp(
        `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="${secret}"/></rdf:RDF></x:xmpmeta>`,
      )
      .withIccProfile('p3')
      .jpeg()
      .toBuffer();
    expect(await metadataOf(sent)).toMatchObject({ hasProfile: true, exif: expect.anything(), xmp: expect.anything() });
    const { bytes } = await cleanse(sent);
    const after = await metadataOf(bytes);
    expect([after.exif, after.xmp, after.iptc, after.icc, after.comments]).toEqual(Array(5).fill(undefined));
    expect(Buffer.from(bytes).includes('SECRET')).toBe(false);
    expect([...chunksOf(bytes)].filter((name) => !['IHDR', 'pHYs', 'IDAT', 'IEND'].includes(name))).toEqual([]);
  });

  it('text, time and unknown chunks of a PNG are gone', async () => {
    const [header, ...rest] = extractChunks(await image().png().toBuffer());
    const more = ['tEXt', 'eXIf', 'tIME', 'prVt'].map((name) => ({ name, data: Buffer.from(`${secret}\0x`) }));
    const { bytes } = await cleanse(encodeChunks([header!, ...more, ...rest]));
    expect([...chunksOf(bytes)].sort()).toEqual(['IDAT', 'IEND', 'IHDR', 'pHYs']);
  });

  it('comments of a GIF are gone', async () => {
    const gif = await film(2).gif().toBuffer();
    const comment = Buffer.concat([Buffer.from([0x21, 0xfe, secret.length]), Buffer.from(secret), Buffer.from([0])]);
    const sent = Buffer.concat([gif.subarray(0, -1), comment, gif.subarray(-1)]);
    expect(framesOfGif(sent)).toBe(2);
    expect(Buffer.from((await cleanse(sent)).bytes).includes('SECRET')).toBe(false);
  });

  it.each([
    [3, [1, 1]],
    [6, [0, 1]],
    [8, [1, 0]],
  ])('orientation %i is applied', async (orientation, [redAt, greenAt]) => {
    const { bytes, width, height } = await cleanse(await image().withMetadata({ orientation }).png().toBuffer());
    expect([width, height]).toEqual(orientation > 4 ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT]);
    const { data, info } = await rawOf(bytes);
    const corner = [data[0]! > 200, data[1]! > 200].map(Number);
    expect(corner).toEqual([redAt, greenAt]);
    expect(info.width).toBe(width);
    expect((await metadataOf(bytes)).orientation).toBeUndefined();
  });

  it('colours of a wide profile are turned into those of sRGB', async () => {
    const plain = { width: 16, height: 16, channels: 3 as const };
    const sent = await sharp({ create: { ...plain, background: { r: 200, g: 80, b: 60 } } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const asWritten = (await sharp(sent, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 3);
    const { data } = await rawOf((await cleanse(sent)).bytes);
    expect([...asWritten]).not.toEqual([200, 80, 60]);
    for (const [i, value] of [200, 80, 60].entries()) expect(Math.abs(data[i]! - value)).toBeLessThanOrEqual(2);
  });
});

describe('what the classifier is shown', () => {
  const verdict = (decision: 'allow' | 'hide' | 'refuse', rule = 'none', score = 0) =>
    ({ stage: 'picture', decision, rule, score, detector: 'test' }) as const;

  it('frames from the first to the last', async () => {
    const { samples } = await cleanse(await film(30).gif().toBuffer());
    expect(samples).toHaveLength(8);
    expect([samples[0]!.data[0], samples.at(-1)!.data[0]]).toEqual([0, (29 * 40) % 256]);
  });

  it('what lies under transparency too', async () => {
    const clear = await sharp({
      create: { width: 16, height: 16, channels: 4, background: { r: 200, g: 10, b: 10, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const { samples } = await cleanse(clear);
    expect(samples.map(({ data }) => [...data.subarray(0, 3)])).toEqual([
      [255, 255, 255],
      [200, 10, 10],
    ]);
  });

  it('one bad frame is enough, and what would be hidden of our own is refused', async () => {
    const { samples } = await cleanse(await film(8).gif().toBuffer());
    let asked = 0;
    const judged = await judgeUpload(
      async () => verdict(++asked === 5 ? 'hide' : 'allow', 'explicit-picture', 0.3),
      samples,
    );
    expect(judged).toMatchObject({ stage: 'upload', decision: 'refuse', score: 0.3 });
    expect(judged.reason).toContain('nothing of it was kept');
    expect((await judgeUpload(async () => verdict('allow'), samples)).decision).toBe('allow');
  });
});
