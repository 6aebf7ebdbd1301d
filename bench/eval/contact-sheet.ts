/** Many pictures side by side in one PNG, to be looked at. */
import sharp from 'sharp';
import type { Picture } from '../../src/core/picture.ts';

/** All pictures have one size; `columns` to a row. */
export async function contactSheet(pictures: readonly Picture[], columns: number, path: string): Promise<void> {
  const { width, height } = pictures[0]!;
  const rows = Math.ceil(pictures.length / columns);
  const layers = pictures.map(({ data }, i) => ({
    input: Buffer.from(data),
    raw: { width, height, channels: 3 as const },
    left: (i % columns) * width,
    top: Math.floor(i / columns) * height,
  }));
  await sharp({ create: { width: columns * width, height: rows * height, channels: 3, background: '#ffffff' } })
    .composite(layers)
    .png({ effort: 7 })
    .toFile(path);
}
