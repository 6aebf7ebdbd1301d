import { expect, it } from 'vitest';
import type { Picture } from '../../../src/core/picture.ts';
import { createWatermark } from '../../../src/safety/watermark/mark.ts';
import { createWatermarkThread } from '../../../src/safety/watermark/thread.ts';

const key = new Uint8Array(32).fill(9);
const side = 512;
const picture: Picture = {
  width: side,
  height: side,
  data: Uint8Array.from({ length: side * side * 3 }, (_, i) => 128 + 90 * Math.sin(i / 97) * Math.cos(i / 5003)),
};

it('marks as it would on this thread, reads it back, and leaves this thread free meanwhile', {
  timeout: 60_000,
}, async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const thread = createWatermarkThread([key]);
  const marked = await thread.mark(picture, 0xfeedn);
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(10);
  expect(marked).toEqual(await createWatermark(key).mark(picture, 0xfeedn));
  expect(await thread.read(marked.picture)).toEqual({ code: 0xfeedn, keyAt: 0 });
});

it('passes a failure on and goes on working', { timeout: 60_000 }, async () => {
  const thread = createWatermarkThread([key]);
  await expect(thread.mark({ width: 8, height: 8, data: new Uint8Array(1) }, 1n)).rejects.toThrow();
  expect(await thread.read(picture)).toBeUndefined();
});
