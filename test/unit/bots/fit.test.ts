import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { fit as fitting } from '../../../src/bots/fit.ts';
import { sheet } from '../../../src/bots/sheet.ts';

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
