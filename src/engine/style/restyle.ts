/**
 * Frames in the manner of other pictures, in bounded memory: once over all of them for their statistics, once more to
 * paint them. The statistics are those of the whole film, so that what does not move does not flicker, and of the whole
 * picture, so that blocks do not show.
 */
import type { Picture } from '../../core/picture.ts';
import type { Clock } from '../network.ts';
import { enlarged, partOf, type Rect } from '../pixels.ts';
import { type Affine, affineOf, changedByShares, unchanged } from './adain.ts';
import type { AnyStyle } from './any-style.ts';
import { around, blocksOf, inside } from './blocks.ts';
import { gatherMoments, type Moments, mixMoments } from './moments.ts';
import { cut, mirror, type Planes, paste, roundedUp, type Size } from './planes.ts';
import type { Mask, Region } from './region.ts';

interface Deps {
  net: AnyStyle;
  clock: Clock;
  signal: AbortSignal;
  onBlock?: (done: number, total: number) => void;
}

interface Restyling {
  /** Of equal size, and so are the regions' masks. */
  frames: readonly Picture[];
  styles: readonly Moments[];
  regions: readonly Region[];
  /** 0…1, of the way to the style. */
  strength: number;
  /** Side of a square with as many pixels as a block has at most. */
  block?: number;
  /** Bytes of maps that are kept from the first time over to the second. */
  keep?: number;
}

const BLOCK = 640;
const KEEP = 128 * 2 ** 20;

/** What a style picture, or every frame of one that moves, is to the network. */
export async function styleOf(deps: Deps, frames: readonly Picture[]): Promise<Moments> {
  const { channels, multipleOf, epsilon } = deps.net.about;
  const gathering = gatherMoments(channels);
  for (const frame of frames) {
    deps.signal.throwIfAborted();
    gathering.add((await mapsOf(deps, frame, { x: 0, y: 0, ...roundedUp(frame, multipleOf) })).data);
  }
  return gathering.finish(epsilon);
}

/** Of the part of a frame within a rectangle. */
const mapsOf = ({ net, clock }: Deps, frame: Picture, part: Rect): Promise<Planes> =>
  net.encode(partOf(frame, part, mirror), clock);

export async function restyle(deps: Deps, restyling: Restyling): Promise<Picture[]> {
  const { net, clock, signal, onBlock = () => {} } = deps;
  const { frames, styles, regions, strength, block = BLOCK, keep = KEEP } = restyling;
  const { channels, multipleOf, epsilon, reach } = net.about;
  const [first] = frames as [Picture, ...Picture[]];
  const padded = roundedUp(first, multipleOf);
  const cells = { width: padded.width / multipleOf, height: padded.height / multipleOf };
  const blocks = blocksOf(cells, Math.max(1, Math.round((block / multipleOf) ** 2)));
  const shares = regions.map(({ mask }) => mask && perCell(mask, first, cells, multipleOf));
  const shareOf = (r: number, part: Rect) => shares[r] && cut(shares[r], part).data;
  const total = 2 * frames.length * blocks.length;
  let done = 0;

  /** Maps of a block and of what is around; within `part` of them they are exactly as in those of the whole frame. */
  const encoded = async (frame: Picture, part: Rect) => {
    const seen = around(part, reach.encoder, cells);
    return { maps: await mapsOf(deps, frame, enlarged(seen, multipleOf)), part: inside(part, seen) };
  };

  const gatherings = regions.map(() => gatherMoments(channels));
  const gather = (maps: Planes, part: Rect) => {
    for (const [r, gathering] of gatherings.entries()) gathering.add(maps.data, shareOf(r, part));
  };
  const size = channels * areaOf(cells);
  const keeps = 4 * size * frames.length <= keep;
  const kept: Planes[] = [];
  for (const [f, frame] of frames.entries()) {
    const whole = keeps && blocks.length > 1 ? { ...cells, data: net.rooms.borrow(size) } : undefined;
    for (const part of blocks) {
      signal.throwIfAborted();
      const seen = await encoded(frame, part);
      if (whole) paste(seen.maps, seen.part, whole, part);
      else gather(cut(seen.maps, seen.part), part);
      if (keeps) kept[f] = whole ?? seen.maps;
      onBlock(++done, total);
    }
    if (whole) gather(whole, { x: 0, y: 0, ...cells });
  }
  const changes = regions.map((region, r) => {
    const exchange = { content: gatherings[r]!.finish(epsilon), style: mixMoments(styles, region.shares) };
    return affineOf(exchange, strength);
  });
  const everywhere = regions.some(({ mask }) => mask) ? undefined : changes[0];

  /** A part of maps, and what is to become of it all. */
  const changed = (maps: Planes, part: Rect, seen: Rect): [Planes, Affine] => {
    if (everywhere) return [cut(maps, part, net.rooms.borrow), everywhere];
    const here = changes.map((change, r) => ({ ...change, share: shareOf(r, seen)! }));
    return [changedByShares(maps, part, here, net.rooms.borrow(channels * areaOf(part))), unchanged(channels)];
  };

  const painted: Picture[] = [];
  for (const [f, frame] of frames.entries()) {
    const canvas = { ...sizeOf(padded), data: new Uint8Array(3 * areaOf(padded)) };
    for (const part of blocks) {
      signal.throwIfAborted();
      const seen = around(part, reach.decoder, cells);
      const from = kept[f] ? { maps: kept[f], part: seen } : await encoded(frame, seen);
      const [maps, change] = changed(from.maps, from.part, seen);
      const made = await net.decode(maps, change, clock);
      if (maps !== kept[f]) net.rooms.giveBack(maps.data);
      lay(partOf(made, enlarged(inside(part, seen), multipleOf)), canvas, enlarged(part, multipleOf));
      onBlock(++done, total);
    }
    if (kept[f]) net.rooms.giveBack(kept[f].data);
    painted.push(partOf(canvas, { x: 0, y: 0, ...sizeOf(first) }));
  }
  return painted;
}

const areaOf = ({ width, height }: Size): number => width * height;
const sizeOf = ({ width, height }: Size): Size => ({ width, height });

/** A picture on a larger one. */
function lay({ width, height, data }: Picture, canvas: Picture, { x, y }: Rect): void {
  for (let row = 0; row < height; row++)
    canvas.data.set(data.subarray(3 * row * width, 3 * (row + 1) * width), 3 * ((y + row) * canvas.width + x));
}

/** The mean of a mask over each cell; beyond the picture's edge it goes on as it ends there. */
function perCell(mask: Mask, { width, height }: Size, cells: Size, side: number): Planes {
  const data = new Float32Array(cells.width * cells.height);
  for (let y = 0; y < cells.height * side; y++)
    for (let x = 0; x < cells.width * side; x++)
      data[Math.floor(y / side) * cells.width + Math.floor(x / side)]! +=
        mask[Math.min(y, height - 1) * width + Math.min(x, width - 1)]! / side ** 2;
  return { ...cells, data };
}
