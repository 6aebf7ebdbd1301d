/**
 * Frames in the manner of other pictures, in bounded memory: once over all of them for their statistics, once more to
 * paint them. The statistics are those of the whole film, so that what does not move does not flicker, and of the whole
 * picture, so that blocks do not show.
 */
import type { Picture } from '../../core/picture.ts';
import type { Clock } from '../network.ts';
import { type Exchange, exchange } from './adain.ts';
import type { AnyStyle } from './any-style.ts';
import { around, blocksOf, enlarged, inside } from './blocks.ts';
import { gatherMoments, type Moments, mixMoments } from './moments.ts';
import { cut, draw, type Planes, paste, planesWithin, type Rect, roundedUp, type Size } from './planes.ts';
import { isEverywhere, type Mask, type Region } from './region.ts';

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
  /** Side of a block, in pixels. */
  block?: number;
  /** Bytes of maps that are kept from the first time over to the second. */
  keep?: number;
}

const BLOCK = 640;
const KEEP = 128 * 2 ** 20;

/** What a style picture, or every frame of one that moves, is to the network. */
export async function styleOf({ net, clock, signal }: Deps, frames: readonly Picture[]): Promise<Moments> {
  const gathering = gatherMoments(net.about.channels);
  for (const frame of frames) {
    signal.throwIfAborted();
    const whole = roundedUp(frame, net.about.multipleOf);
    gathering.add((await net.encode(planesWithin(frame, { x: 0, y: 0, ...whole }, net.about.range), clock)).data);
  }
  return gathering.finish(net.about.epsilon);
}

export async function restyle(deps: Deps, restyling: Restyling): Promise<Picture[]> {
  const { net, clock, signal, onBlock = () => {} } = deps;
  const { frames, styles, regions, strength, block = BLOCK, keep = KEEP } = restyling;
  const { channels, multipleOf, range, epsilon, reach } = net.about;
  const [first] = frames as [Picture, ...Picture[]];
  const padded = roundedUp(first, multipleOf);
  const cells = { width: padded.width / multipleOf, height: padded.height / multipleOf };
  const blocks = blocksOf(cells, Math.max(1, Math.round(block / multipleOf)));
  const shares = regions.map(({ mask }) => (isEverywhere(mask) ? undefined : perCell(mask, first, cells, multipleOf)));
  const shareOf = (r: number, part: Rect) => shares[r] && cut(shares[r], part).data;
  const total = 2 * frames.length * blocks.length;
  let done = 0;

  /** The maps of a block, exactly as they are in those of the whole frame; at their place in these, if they are given. */
  const encoded = async (frame: Picture, part: Rect, whole?: Planes): Promise<Planes> => {
    const seen = around(part, reach.encoder, cells);
    const maps = await net.encode(planesWithin(frame, enlarged(seen, multipleOf), range), clock);
    if (!whole) return cut(maps, inside(part, seen));
    paste(maps, inside(part, seen), whole, part);
    return whole;
  };

  const gatherings = regions.map(() => gatherMoments(channels));
  const gather = (maps: Planes, part: Rect) => {
    for (const [r, gathering] of gatherings.entries()) gathering.add(maps.data, shareOf(r, part));
  };
  const size = channels * areaOf(cells);
  const keeps = 4 * size * frames.length <= keep;
  const kept: Planes[] = [];
  for (const [f, frame] of frames.entries()) {
    const whole = keeps && blocks.length > 1 ? { ...cells, data: new Float32Array(size) } : undefined;
    for (const part of blocks) {
      signal.throwIfAborted();
      const maps = await encoded(frame, part, whole);
      if (!whole) gather(maps, part);
      if (keeps) kept[f] = maps;
      onBlock(++done, total);
    }
    if (whole) gather(whole, { x: 0, y: 0, ...cells });
  }
  const exchanges = regions.map((region, r) => ({
    content: gatherings[r]!.finish(epsilon),
    style: mixMoments(styles, region.shares),
  }));

  const largest = Math.max(...blocks.map((part) => areaOf(around(part, reach.decoder, cells))));
  const room = keeps && blocks.length > 1 ? new Float32Array(channels * largest) : undefined; // for one after the other
  const painted: Picture[] = [];
  for (const [f, frame] of frames.entries()) {
    const canvas = { ...sizeOf(first), data: new Uint8ClampedArray(first.data.length) };
    for (const part of blocks) {
      signal.throwIfAborted();
      const seen = around(part, reach.decoder, cells);
      const maps = kept[f] ? cut(kept[f], seen, room) : await encoded(frame, seen);
      const here: Exchange[] = exchanges.map((one, r) => ({ ...one, share: shareOf(r, seen) }));
      exchange(maps.data, here, strength, maps.data);
      const made = await net.decode(maps, clock);
      draw(made, enlarged(inside(part, seen), multipleOf), canvas, enlarged(part, multipleOf), range);
      onBlock(++done, total);
    }
    painted.push({ ...canvas, data: new Uint8Array(canvas.data.buffer) });
  }
  return painted;
}

const areaOf = ({ width, height }: Size): number => width * height;
const sizeOf = ({ width, height }: Size): Size => ({ width, height });

/** The mean of a mask over each cell; beyond the picture's edge it goes on as it ends there. */
function perCell(mask: Mask, { width, height }: Size, cells: Size, side: number): Planes {
  const data = new Float32Array(cells.width * cells.height);
  for (let y = 0; y < cells.height * side; y++)
    for (let x = 0; x < cells.width * side; x++)
      data[Math.floor(y / side) * cells.width + Math.floor(x / side)]! +=
        mask[Math.min(y, height - 1) * width + Math.min(x, width - 1)]! / side ** 2;
  return { ...cells, data };
}
