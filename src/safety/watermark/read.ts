import type { Picture } from '../../core/picture.ts';
import { CANONICAL, type Carriers, TILE } from './carriers.ts';
import { decode } from './convolutional.ts';
import type { Offset } from './embed.ts';
import { fold, type Guess, level } from './fold.ts';
import { luminance, type Plane } from './luminance.ts';
import { openPayload } from './payload.ts';
import { type Sighting, sight, softBits } from './sight.ts';

/** A candidate with what was seen under it. */
interface Try extends Guess {
  seen: Sighting;
}

const UNCHANGED: Guess = { scaleX: 1, scaleY: 1, turn: 0 };
/** Candidates that are looked at closely, and how many of them are followed uphill. */
const BEST = 4;
const CLIMBED = 2;

/** Of a film so many frames, evenly spread, are laid over one another. */
const FRAMES = 8;

export function someOf(frames: readonly Picture[]): readonly Picture[] {
  if (frames.length <= FRAMES) return frames;
  return Array.from({ length: FRAMES }, (_, i) => frames[Math.floor((i * frames.length) / FRAMES)]!);
}

/**
 * The code in a picture, if it is marked with this key, or in the frames of a film, which all carry the same: laid over
 * one another they say it more clearly than any alone. Resizing needs no search: the grid is relative to the long side.
 * `crops` also looks for pictures cropped to at least half of each side (slower). A picture made without the key passes
 * with a chance of at most (1 + BEST + CLIMBED) · 2⁻³².
 */
export function read(
  shown: Picture | readonly Picture[],
  carriers: Carriers,
  key: Uint8Array,
  { crops = true } = {},
): bigint | undefined {
  const planes = ('data' in shown ? [shown] : someOf(shown)).map(luminance);
  const full = planes.map((plane) => level(plane, CANONICAL));
  const at = (guess: Guess): Try => ({ ...guess, seen: sight(foldAll(full, TILE, guess), TILE, carriers) });
  const open = ({ seen }: Try) => openPayload(key, decode(softBits(seen, carriers)));

  const plain = at(UNCHANGED);
  const code = open(plain);
  if (code !== undefined || !crops || plain.seen.clarity === 0) return code;
  for (const [rank, guess] of likelyCrops(planes, carriers).entries()) {
    const candidate = at(guess);
    const found = open(candidate) ?? (rank < CLIMBED ? open(climb(candidate, at)) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a picture of the size it was marked in says where the tile is shifted by this offset. */
export const softBitsAt = (picture: Picture, carriers: Carriers, { x, y }: Offset): Float64Array =>
  softBits(
    { ...sight(fold(level(luminance(picture), CANONICAL), TILE, UNCHANGED), TILE, carriers), x: -x, y: -y },
    carriers,
  );

/** The mean of all, times √count: what differs from frame to frame keeps its size, the pattern grows. */
function foldAll(planes: readonly Plane[], n: number, guess: Guess): Float64Array {
  const [first, ...others] = planes.map((plane) => fold(plane, n, guess)) as [Float64Array, ...Float64Array[]];
  if (others.length === 0) return first;
  return first.map((value, i) => others.reduce((sum, folded) => sum + folded[i]!, value) / Math.sqrt(planes.length));
}

/** The clearest of all crop sizes, seen at half resolution. */
function likelyCrops(planes: readonly Plane[], carriers: Carriers): Guess[] {
  const coarse = planes.map((plane) => level(plane, CANONICAL / 2));
  const candidates: Try[] = [];
  for (let scale = 0.48; scale <= 1.06; scale *= 1.006) {
    const guess = { scaleX: scale, scaleY: scale, turn: 0 };
    candidates.push({ ...guess, seen: sight(foldAll(coarse, TILE / 2, guess), TILE / 2, carriers) });
  }
  return candidates.sort((a, b) => b.seen.clarity - a.seen.clarity).slice(0, BEST);
}

/** Towards a clearer sync peak, in halving steps of size and turn. */
function climb(start: Try, at: (guess: Guess) => Try): Try {
  let best = start;
  for (const [size, turn] of [
    [0.003, 0.002],
    [0.0015, 0.001],
  ] as const) {
    for (const [x, y, t] of [
      [size, size, 0],
      [-size, -size, 0],
      [size, 0, 0],
      [-size, 0, 0],
      [0, size, 0],
      [0, -size, 0],
      [0, 0, turn],
      [0, 0, -turn],
    ] as const) {
      const next = at({ scaleX: best.scaleX * (1 + x), scaleY: best.scaleY * (1 + y), turn: best.turn + t });
      if (next.seen.clarity > best.seen.clarity) best = next;
    }
  }
  return best;
}
