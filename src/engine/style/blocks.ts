/** A picture in parts that fit into memory, each computed with as much around it as a network looks at. */
import type { Rect, Size } from './planes.ts';

/** Side by side, without overlap, none longer than `side` and all about equal: a sliver would be mostly what is around it. */
export function blocksOf({ width, height }: Size, side: number): Rect[] {
  const columns = spans(width, side);
  return spans(height, side).flatMap(([y, below]) =>
    columns.map(([x, right]) => ({ x, y, width: right - x, height: below - y })),
  );
}

function spans(length: number, most: number): (readonly [from: number, to: number])[] {
  const count = Math.ceil(length / most);
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

export const enlarged = ({ x, y, width, height }: Rect, times: number): Rect => ({
  x: x * times,
  y: y * times,
  width: width * times,
  height: height * times,
});
