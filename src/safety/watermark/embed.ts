import type { Picture } from '../../core/picture.ts';
import { CANONICAL, TILE } from './carriers.ts';
import { createKeystream } from './keystream.ts';
import { localDeviation, localMean, luminance } from './luminance.ts';

/** Grey levels the pattern may have on plain ground, in texture, and at most. */
const PLAIN = 1;
const TEXTURED = 1.5;
const PER_DEVIATION = 0.12;
const MOST = 6;

/** How strong the pattern may be at each pixel: as strong as its surroundings hide it. */
export interface Cover {
  strength: Float32Array;
  /** Share of the picture that is plain ground. */
  plainShare: number;
}

export function coverOf(picture: Picture): Cover {
  const plane = luminance(picture);
  const radius = Math.max(2, Math.round((4 * Math.max(picture.width, picture.height)) / CANONICAL));
  const deviations = localDeviation(plane, radius);
  let plain = 0;
  const strength = deviations.map((deviation) => {
    if (deviation < 1) plain++;
    const ground = PLAIN + (TEXTURED - PLAIN) * Math.min(1, Math.max(0, deviation - 1));
    return Math.min(MOST, ground + PER_DEVIATION * deviation);
  });
  return { strength: localMean({ ...plane, values: strength }, radius), plainShare: plain / strength.length };
}

/** Cells by which the tile is shifted. */
export interface Offset {
  x: number;
  y: number;
}

/** The code's own: keeps the average of many marked pictures from showing the pattern. The reader finds it anyway. */
export function offsetOf(key: Uint8Array, code: bigint): Offset {
  const keystream = createKeystream(key, `offset-v1 ${code}`);
  return { x: keystream.uniform() * TILE, y: keystream.uniform() * TILE };
}

/** Adds the tile, repeated on the canonical grid, to R, G and B alike. */
export function embed(picture: Picture, tile: Float64Array, cover: Cover, gain: number, offset: Offset): Picture {
  const { width, height, data } = picture;
  const scale = CANONICAL / Math.max(width, height);
  const columns = positions(width, scale, offset.x);
  const rows = positions(height, scale, offset.y);
  const marked = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    const { near: top, far: bottom, share: down } = rows[y]!;
    for (let x = 0; x < width; x++) {
      const { near: left, far: right, share: across } = columns[x]!;
      const above = tile[top * TILE + left]! * (1 - across) + tile[top * TILE + right]! * across;
      const below = tile[bottom * TILE + left]! * (1 - across) + tile[bottom * TILE + right]! * across;
      const i = y * width + x;
      const change = (above * (1 - down) + below * down) * cover.strength[i]! * gain;
      for (let channel = 3 * i; channel < 3 * i + 3; channel++)
        marked[channel] = Math.max(0, Math.min(255, Math.round(data[channel]! + change)));
    }
  }
  return { width, height, data: marked };
}

/** For each pixel along one side: the two tile cells it lies between, and how far toward the second. */
function positions(length: number, scale: number, offset: number) {
  return Array.from({ length }, (_, i) => {
    const at = (i + 0.5) * scale - 0.5 + offset;
    const cell = Math.floor(at);
    return { near: wrap(cell), far: wrap(cell + 1), share: at - cell };
  });
}

const wrap = (cell: number) => ((cell % TILE) + TILE) % TILE;
