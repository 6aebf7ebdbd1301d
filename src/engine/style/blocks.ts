/** A picture in parts that fit into memory, each computed with as much around it as a network looks at. */
import type { Rect, Size } from './planes.ts';

/** Side by side, without overlap; the last of a row may be smaller. */
export function blocksOf({ width, height }: Size, side: number): Rect[] {
  const blocks: Rect[] = [];
  for (let y = 0; y < height; y += side)
    for (let x = 0; x < width; x += side)
      blocks.push({ x, y, width: Math.min(side, width - x), height: Math.min(side, height - y) });
  return blocks;
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
