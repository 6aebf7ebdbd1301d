/** A scene as it was drawn for the training: the judge's ceiling, and what made pictures are laid beside. */
import type { Picture } from '../../src/core/picture.ts';
import type { HeldOut, Scene } from './held-out.ts';
import type { Sprites } from './sprites.ts';

export function drawScene(
  { side, sheet, slots, places, groups, largeAt, backgrounds }: HeldOut,
  sprites: Sprites,
  scene: Scene,
): Picture {
  const canvas = new Float32Array(side * side * 3);
  for (let i = 0; i < canvas.length; i++) canvas[i] = backgrounds[scene.background]![i % 3]!;
  const put = (subject: string, tint: string, left: number, top: number, size: number) => {
    const sprite = sprites.get(subject, scene.style, size, tint) ?? sprites.get(subject, 'flat', size, tint)!;
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++) {
        const from = (y * size + x) * 4;
        const to = ((top + y) * side + left + x) * 3;
        const alpha = sprite.data[from + 3]! / 255;
        for (let c = 0; c < 3; c++) canvas[to + c]! += alpha * (sprite.data[from + c]! - canvas[to + c]!);
      }
  };
  const putSmall = (subject: string, tint: string, place: string) => {
    const [column, row] = places[place]!;
    put(subject, tint, slots[column]!, slots[row]!, sheet.small);
  };
  const { subject, tint } = scene;
  if (scene.kind === 'big') put(subject, tint, largeAt, largeAt, sheet.large);
  else if (scene.kind === 'placed') putSmall(subject, tint, scene.place);
  else if (scene.kind === 'group') for (const place of groups[scene.count]!) putSmall(subject, tint, place);
  else {
    const [first, second] = scene.relation === 'beside' ? ['left', 'right'] : ['top', 'bottom'];
    putSmall(subject, tint, first!);
    putSmall(scene.subject2, scene.tint2, second!);
  }
  return {
    width: side,
    height: side,
    data: Uint8Array.from(canvas, (v) => Math.min(255, Math.max(0, Math.floor(v + 0.5)))),
  };
}
