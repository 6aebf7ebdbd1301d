/** Several pictures as one sheet: two columns, in reading order, so that U1–4 mean what people expect. */
import sharp from 'sharp';

const GAP = 4;

/** PNG bytes of the sheet; every cell has the size of the first picture. */
export async function grid(
  pictures: readonly Uint8Array[],
): Promise<{ bytes: Uint8Array; width: number; height: number }> {
  const { width: cellWidth = 1, height: cellHeight = 1 } = await sharp(pictures[0]).metadata();
  const columns = Math.min(2, pictures.length);
  const rows = Math.ceil(pictures.length / columns);
  const [width, height] = [columns * (cellWidth + GAP) - GAP, rows * (cellHeight + GAP) - GAP];
  const cells = pictures.map(async (bytes, i) => ({
    input: await sharp(bytes).resize(cellWidth, cellHeight, { fit: 'contain' }).toBuffer(),
    left: (i % columns) * (cellWidth + GAP),
    top: Math.floor(i / columns) * (cellHeight + GAP),
  }));
  const sheet = sharp({ create: { width, height, channels: 3, background: '#1e1f22' } }).composite(
    await Promise.all(cells),
  );
  return { bytes: await sheet.removeAlpha().png().toBuffer(), width, height };
}
