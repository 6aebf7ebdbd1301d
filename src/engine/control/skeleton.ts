/** Stick figures in OpenPose's colours, on black: one colour per limb and per joint. Cao et al. 2019. */
import type { Picture } from '../../core/picture.ts';

export interface Joint {
  /** Pixels, or shares of a side. */
  x: number;
  y: number;
  score: number;
}

/** Pairs of joints: nose 0, neck 1, right arm 2–4, left arm 5–7, right leg 8–10, left leg 11–13, eyes 14 15, ears 16 17. */
const LIMBS = [
  ...([
    [1, 2],
    [1, 5],
    [2, 3],
    [3, 4],
    [5, 6],
    [6, 7],
    [1, 8],
    [8, 9],
    [9, 10],
  ] as const),
  ...([
    [1, 11],
    [11, 12],
    [12, 13],
    [1, 0],
    [0, 14],
    [14, 16],
    [0, 15],
    [15, 17],
  ] as const),
];

/** Once around the colour circle in 18 steps, as OpenPose: red is the nose and the right shoulder. */
const COLOURS = Array.from({ length: 18 }, (_, k) =>
  [0, 6, 12].map((turn) => {
    const away = Math.min((k - turn + 18) % 18, (turn - k + 18) % 18);
    return Math.round(255 * Math.max(0, Math.min(1, 2 - away / 3)));
  }),
);

const LIMB_BRIGHTNESS = 0.6;

/** `people`: 18 joints each, those not seen left out. */
export function drawSkeletons(
  people: readonly (readonly (Joint | undefined)[])[],
  width: number,
  height: number,
): Picture {
  const picture = { width, height, data: new Uint8Array(3 * width * height) };
  const thickness = Math.max(1, Math.min(width, height) / 128); // 4 pixels at 512
  for (const joints of people)
    for (const [k, [from, to]] of LIMBS.entries()) {
      const [a, b] = [joints[from], joints[to]];
      if (a && b)
        stroke(
          picture,
          a,
          b,
          thickness,
          COLOURS[k]!.map((v) => v * LIMB_BRIGHTNESS),
        );
    }
  for (const joints of people)
    for (const [k, joint] of joints.entries()) if (joint) stroke(picture, joint, joint, thickness, COLOURS[k]!);
  return picture;
}

/** Everything within `radius` of the line from a to b. */
function stroke({ width, height, data }: Picture, a: Joint, b: Joint, radius: number, colour: readonly number[]): void {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const square = dx ** 2 + dy ** 2;
  const [bottom, right] = [Math.max(a.y, b.y) + radius, Math.max(a.x, b.x) + radius];
  for (let y = Math.max(0, Math.ceil(Math.min(a.y, b.y) - radius)); y <= Math.min(height - 1, bottom); y++)
    for (let x = Math.max(0, Math.ceil(Math.min(a.x, b.x) - radius)); x <= Math.min(width - 1, right); x++) {
      const along = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / square));
      if (Math.hypot(x - a.x - along * dx, y - a.y - along * dy) > radius) continue;
      for (let c = 0; c < 3; c++) data[3 * (y * width + x) + c] = Math.round(colour[c]!);
    }
}
