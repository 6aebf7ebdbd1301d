/** A picture in parts that fit into memory, each computed with as much around it as a network looks at. */
import type { Rect } from '../pixels.ts';
import type { Size } from './planes.ts';

/**
 * Side by side, without overlap, none with more than `most` cells, and all about equal. What lies along the cuts between
 * them is computed twice: of all ways the one with the shortest cuts, and of those the one with the longest rows.
 */
export function blocksOf(size: Size, most: number): Rect[] {
  const { columns, rows } = grids(size, most).reduce((a, b) => (cutsOf(size, b) < cutsOf(size, a) ? b : a));
  const across = spans(size.width, columns);
  return spans(size.height, rows).flatMap(([y, below]) =>
    across.map(([x, right]) => ({ x, y, width: right - x, height: below - y })),
  );
}

interface Grid {
  columns: number;
  rows: number;
}

/** For every number of columns the fewest rows. */
function grids({ width, height }: Size, most: number): Grid[] {
  const least = Math.ceil(width / most);
  return Array.from({ length: width + 1 - least }, (_, i) => {
    const columns = least + i;
    return { columns, rows: Math.ceil(height / Math.floor(most / Math.ceil(width / columns))) };
  });
}

const cutsOf = ({ width, height }: Size, { columns, rows }: Grid): number =>
  (columns - 1) * height + (rows - 1) * width;

function spans(length: number, count: number): (readonly [from: number, to: number])[] {
  const cutAt = (i: number) => Math.round((i * length) / count);
  return Array.from({ length: count }, (_, i) => [cutAt(i), cutAt(i + 1)] as const);
}

/** The same with so much more on every side as there is. */
export function around({ x, y, width, height }: Rect, reach: number, whole: Size): Rect {
  const [left, top] = [Math.max(0, x - reach), Math.max(0, y - reach)];
  const right = Math.min(whole.width, x + width + reach);
  const bottom = Math.min(whole.height, y + height + reach);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Where a part lies within another. */
export const inside = (part: Rect, whole: Rect): Rect => ({ ...part, x: part.x - whole.x, y: part.y - whole.y });
