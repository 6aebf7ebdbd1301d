/** One number per pixel, and the filters the hint makers are built of. Every sum is exact, so that a picture turned by 90° gives the turned result. */
import type { Picture } from '../../core/picture.ts';

export interface Plane {
  width: number;
  height: number;
  data: Float64Array;
}

export const createPlane = (width: number, height: number): Plane => ({
  width,
  height,
  data: new Float64Array(width * height),
});

/** Red, green and blue, 0…255. */
export const channelsOf = ({ width, height, data }: Picture): Plane[] =>
  [0, 1, 2].map((c) => ({
    width,
    height,
    data: Float64Array.from({ length: width * height }, (_, i) => data[3 * i + c]!),
  }));

const ONE = 4096; // kernel weights are whole parts of this, so that sums in doubles lose nothing

/** Half a Gaussian: the centre's weight, then one per distance; the whole of it adds up to ONE exactly. */
function halfGaussian(sigma: number): number[] {
  const reach = Math.ceil(3 * sigma);
  const bell = Array.from({ length: reach + 1 }, (_, i) => Math.exp(-(i ** 2) / (2 * sigma ** 2)));
  const sum = bell.reduce((total, v, i) => total + (i === 0 ? v : 2 * v), 0);
  const sides = bell.slice(1).map((v) => Math.round((v / sum) * ONE));
  return [ONE - 2 * sides.reduce((total, v) => total + v, 0), ...sides];
}

/** Gaussian blur; beyond the edge the edge pixel repeats. */
export function blur(plane: Plane, sigma: number): Plane {
  const kernel = halfGaussian(sigma);
  return along(along(plane, kernel, 'x'), kernel, 'y');
}

function along({ width, height, data }: Plane, kernel: readonly number[], axis: 'x' | 'y'): Plane {
  const out = createPlane(width, height);
  const [length, lines, step, jump] = axis === 'x' ? [width, height, 1, width] : [height, width, width, 1];
  for (let line = 0; line < lines; line++) {
    const start = line * jump;
    for (let i = 0; i < length; i++) {
      let sum = kernel[0]! * data[start + i * step]!;
      for (let k = 1; k < kernel.length; k++) {
        const before = start + Math.max(i - k, 0) * step;
        const after = start + Math.min(i + k, length - 1) * step;
        sum += kernel[k]! * (data[before]! + data[after]!);
      }
      out.data[start + i * step] = sum / ONE;
    }
  }
  return out;
}

export interface Gradient {
  dx: Float64Array;
  dy: Float64Array;
}

/** Sobel's operator, unnormalised: a step of 1 answers 4. Sobel & Feldman 1968. */
export function sobel({ width, height, data }: Plane): Gradient {
  const [dx, dy] = [new Float64Array(data.length), new Float64Array(data.length)];
  for (let y = 0; y < height; y++) {
    const [above, here, below] = [Math.max(y - 1, 0) * width, y * width, Math.min(y + 1, height - 1) * width];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(x - 1, 0), Math.min(x + 1, width - 1)];
      const [nw, ne, sw, se] = [data[above + left]!, data[above + right]!, data[below + left]!, data[below + right]!];
      dx[here + x] = ne + se - (nw + sw) + 2 * (data[here + right]! - data[here + left]!);
      dy[here + x] = sw + se - (nw + ne) + 2 * (data[below + x]! - data[above + x]!);
    }
  }
  return { dx, dy };
}

/** A grey picture; 0 is black, 255 white, halves up. */
export function greyPicture({ width, height, data }: Plane): Picture {
  const bytes = new Uint8Array(3 * data.length);
  for (let i = 0; i < data.length; i++) bytes.fill(Math.max(0, Math.min(255, Math.round(data[i]!))), 3 * i, 3 * i + 3);
  return { width, height, data: bytes };
}
