/** Several pictures as one sheet, in reading order, so that U1–4 mean what people expect. */
import sharp, { type OverlayOptions } from 'sharp';

const GAP = 4;
const BACKGROUND = '#1e1f22';
/** Up to four are shown as large as they are; of more, the sheet is at most so many pixels wide. */
const SIDE = 2560;
/** Decoded at once. */
const AT_ONCE = 4;

type Read = () => Promise<Uint8Array>;

/** PNG bytes of the sheet; every cell has the shape of the first picture. Pictures are read one after the other. */
export async function sheet(
  pictures: readonly Read[],
  { side = SIDE }: { side?: number } = {},
): Promise<{ bytes: Uint8Array; width: number; height: number }> {
  const columns = pictures.length <= 4 ? Math.min(2, pictures.length) : Math.ceil(Math.sqrt(pictures.length));
  const rows = Math.ceil(pictures.length / columns);
  const cell = cellOf(
    await sharp(await pictures[0]!()).metadata(),
    columns > 2 ? Math.floor(side / columns) - GAP : Infinity,
  );
  const [width, height] = [columns * (cell.width + GAP) - GAP, rows * (cell.height + GAP) - GAP];
  const cells: OverlayOptions[] = [];
  for (let from = 0; from < pictures.length; from += AT_ONCE)
    cells.push(
      ...(await Promise.all(
        pictures.slice(from, from + AT_ONCE).map(async (read, i) => ({
          input: await shrunk(await read(), cell),
          raw: { ...cell, channels: 3 as const },
          left: ((from + i) % columns) * (cell.width + GAP),
          top: Math.floor((from + i) / columns) * (cell.height + GAP),
        })),
      )),
    );
  const canvas = sharp({ create: { width, height, channels: 3, background: BACKGROUND } });
  return { bytes: await canvas.composite(cells).removeAlpha().png().toBuffer(), width, height };
}

interface Size {
  width: number;
  height: number;
}

function cellOf({ width = 1, height = 1 }: Partial<Size>, most: number): Size {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

const shrunk = (bytes: Uint8Array, { width, height }: Size): Promise<Buffer> =>
  sharp(bytes)
    .resize(width, height, { fit: 'contain', background: BACKGROUND })
    .flatten({ background: BACKGROUND })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
