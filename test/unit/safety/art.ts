/** Pictures like ours, drawn by arithmetic: discs and bars on plain ground, flat or with shading and fine texture. */
import type { Picture } from '../../../src/core/picture.ts';
import { createKeystream } from '../../../src/safety/watermark/keystream.ts';

const draw = (seed: number, side: number, texture: number): Picture => {
  const { uniform } = createKeystream(new Uint8Array(32), `art ${seed}`);
  const colour = () => [0, 0, 0].map(() => 20 + 215 * uniform());
  const ground = colour();
  const shapes = Array.from({ length: 9 }, (_, i) => ({
    x: 0.2 + 0.6 * uniform(),
    y: 0.2 + 0.6 * uniform(),
    size: (i < 3 ? 0.25 : 0.1) * (0.5 + uniform()),
    round: uniform() < 0.7,
    colour: colour(),
  }));
  const waves = Array.from({ length: 12 }, () => ({
    u: (uniform() - 0.5) * 180,
    v: (uniform() - 0.5) * 180,
    phase: 7 * uniform(),
  }));
  const data = new Uint8Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = [column / side, row / side];
      const on = shapes.findLast(({ x: a, y: b, size, round }) =>
        round ? Math.hypot(x - a, y - b) < size : Math.max(Math.abs(x - a), Math.abs(y - b)) < size,
      );
      const shade =
        texture && waves.reduce((sum, { u, v, phase }) => sum + Math.sin(u * x + v * y + phase), 0) * texture;
      for (let channel = 0; channel < 3; channel++)
        data[3 * (row * side + column) + channel] = Math.max(
          0,
          Math.min(255, (on?.colour ?? ground)[channel]! + shade),
        );
    }
  }
  return { width: side, height: side, data };
};

export const flatArt = (seed: number, side = 512): Picture => draw(seed, side, 0);
export const shadedArt = (seed: number, side = 512): Picture => draw(seed, side, 5);

/** Painted with a broad brush: strokes of a few pixels in all tones, far louder than any pattern. */
export const roughArt = (seed: number, side = 512): Picture => {
  const stroke = Math.round(side / 64);
  const { uniform } = createKeystream(new Uint8Array(32), `strokes ${seed}`);
  const across = Math.ceil(side / stroke);
  const tones = Float64Array.from({ length: across * across }, uniform);
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    return 255 * tones[Math.floor(y / stroke) * across + Math.floor(x / stroke)]!;
  });
  return { width: side, height: side, data };
};
