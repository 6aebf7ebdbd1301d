/** A rough look at what is being painted. */
import type { Picture } from '../../core/picture.ts';
import { type Planes, pictureOf, type Size, stretched } from './planes.ts';

const MOST_SIDE = 256;
const PAUSE_MS = 700;

/** Answers a picture at most every so often, and undefined in between. */
export function createLooks(range: readonly [number, number]) {
  let last = performance.now();
  return (painted: () => Planes): Picture | undefined => {
    const now = performance.now();
    if (now - last < PAUSE_MS) return undefined;
    last = now;
    const planes = painted();
    return pictureOf(stretched(planes, within(planes)), range);
  };
}

const within = ({ width, height }: Size): Size => {
  const share = Math.min(1, MOST_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
};
