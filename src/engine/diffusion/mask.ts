/** Which cells of a latent are painted anew: 1, and which stay: 0. Between the two they are mixed. */
import type { Picture } from '../../core/picture.ts';
import type { Placement } from '../placement.ts';
import type { Latent } from '../tensor.ts';

/** [height, width] of the latent, 0…1. */
export type Mask = Float32Array;

interface Cells {
  height: number;
  width: number;
}

/** The pixel in each cell's corner decides, as `nearest` does in diffusers; from the middle grey on it counts as white. */
export function maskOf(stencil: Picture, { height, width }: Cells, factor: number): Mask {
  const at = (cell: number) => (Math.floor(cell / width) * factor * stencil.width + (cell % width) * factor) * 3;
  return Float32Array.from({ length: height * width }, (_, cell) => (stencil.data[at(cell)]! >= 127.5 ? 1 : 0));
}

/** Pixels of the old picture that are painted over, less and less, so that no seam shows. */
const OVERLAP = 16;

/** What lies beyond the placed picture is new; along its inner edges it is worked over. */
export function marginMask(place: Placement, { height, width }: Cells, factor: number): Mask {
  const newness = (at: number, start: number, length: number, room: number): number => {
    const fromStart = start > 0 ? at - start : OVERLAP;
    const fromEnd = start + length < room ? start + length - 1 - at : OVERLAP;
    const inside = Math.min(fromStart, fromEnd);
    return inside < 0 ? 1 : 1 - Math.min(OVERLAP, inside + 0.5) / OVERLAP;
  };
  const along = (cells: number, start: number, length: number) =>
    Array.from({ length: cells }, (_, cell) =>
      Math.max(...Array.from({ length: factor }, (_, i) => newness(cell * factor + i, start, length, cells * factor))),
    );
  const across = along(width, place.left, place.width);
  const down = along(height, place.top, place.height);
  return Float32Array.from({ length: height * width }, (_, i) =>
    Math.max(across[i % width]!, down[Math.floor(i / width)]!),
  );
}

/** Painted by either. */
export const eitherMask = (a: Mask, b: Mask): Mask => a.map((v, i) => Math.max(v, b[i]!));

/** mask·x + (1 − mask)·kept, the same in every channel. */
export function composite(mask: Mask, x: Latent, kept: Latent): Latent {
  return x.map((v, i) => {
    const share = mask[i % mask.length]!;
    return share === 1 ? v : share === 0 ? kept[i]! : share * v + (1 - share) * kept[i]!;
  });
}
