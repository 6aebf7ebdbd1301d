/** The blocks of a GIF, walked without decoding a pixel: decoders take what is there of a truncated one. */

const [IMAGE, EXTENSION, TRAILER] = [0x2c, 0x21, 0x3b];
const HEADER = 13;
const DESCRIPTOR = 10;

/** Frames of a whole GIF; undefined for one that ends before its end. */
export function framesOfGif(bytes: Uint8Array): number | undefined {
  const palette = (flags: number | undefined) => ((flags ?? 0) & 0x80 ? 3 * 2 ** (((flags ?? 0) & 7) + 1) : 0);
  let frames = 0;
  let at = HEADER + palette(bytes[HEADER - 3]);
  while (at < bytes.length) {
    const block = bytes[at];
    if (block === TRAILER) return frames;
    if (block === IMAGE) {
      frames++;
      at += DESCRIPTOR + palette(bytes[at + DESCRIPTOR - 1]) + 1; // and the code size
    } else if (block === EXTENSION) at += 2;
    else return undefined;
    at = afterSubBlocks(bytes, at);
  }
  return undefined;
}

function afterSubBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
  return at + 1;
}
