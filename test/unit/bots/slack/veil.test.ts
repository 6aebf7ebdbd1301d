import sharp from 'sharp';
import { expect, it } from 'vitest';
import { veil } from '../../../../src/bots/slack/veil.ts';

it('leaves nothing of a checkerboard finer than the veil, at the same size', async () => {
  const side = 256;
  const data = Uint8Array.from({ length: side * side }, (_, i) =>
    (((i % side) >> 2) + ((i / side) >> 2)) % 2 ? 255 : 0,
  );
  const board = await sharp(data, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toBuffer();
  const veiled = sharp(await veil(board));
  expect(await veiled.metadata()).toMatchObject({ width: side, height: side, format: 'png' });
  const { channels } = await veiled.stats();
  for (const { stdev } of channels) expect(stdev).toBeLessThan(3); // the board's own is 127
});
