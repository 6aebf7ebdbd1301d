/** Thin white edges on black. Canny 1986: "A Computational Approach to Edge Detection". */
import type { Picture } from '../../../core/picture.ts';
import { blur, channelsOf, createPlane, type Gradient, greyPicture, type Plane, sobel } from '../plane.ts';

export interface CannyOptions {
  /** Of the Gaussian, pixels. */
  sigma: number;
  /** Gradient (Sobel's, a step of 1 is 4) from which a pixel continues an edge, and from which it starts one. */
  low: number;
  high: number;
}

export function canny(picture: Picture, { sigma = 1, low = 60, high = 140 }: Partial<CannyOptions> = {}): Picture {
  const channels = channelsOf(picture).map((channel) => sobel(blur(channel, sigma)));
  const thin = suppressNonMaxima(strongest(channels), picture.width, picture.height);
  return greyPicture(hysteresis(thin, low, high));
}

/** Of the channel that changes most at each pixel: an edge between two colours of one brightness is an edge too. */
function strongest(channels: readonly Gradient[]): Gradient & { size: Float64Array } {
  const [{ dx, dy }, ...others] = channels as [Gradient, ...Gradient[]];
  const size = dx.map((x, i) => x ** 2 + dy[i]! ** 2);
  for (const other of others)
    for (let i = 0; i < size.length; i++) {
      const square = other.dx[i]! ** 2 + other.dy[i]! ** 2;
      if (square > size[i]!) [size[i], dx[i], dy[i]] = [square, other.dx[i]!, other.dy[i]!];
    }
  return { dx, dy, size: size.map(Math.sqrt) };
}

const NARROW = Math.tan(Math.PI / 8);

/** Keeps the crest of each slope. Of two equal neighbours the one up the gradient stays, whichever way the picture is turned. */
function suppressNonMaxima({ dx, dy, size }: ReturnType<typeof strongest>, width: number, height: number): Plane {
  const thin = createPlane(width, height);
  const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : size[y * width + x]!);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const [right, down] = [Math.abs(dx[i]!), Math.abs(dy[i]!)];
      const stepX = right < NARROW * down ? 0 : Math.sign(dx[i]!);
      const stepY = down < NARROW * right ? 0 : Math.sign(dy[i]!);
      if (stepX === 0 && stepY === 0) continue;
      if (size[i]! > at(x + stepX, y + stepY) && size[i]! >= at(x - stepX, y - stepY)) thin.data[i] = size[i]!;
    }
  return thin;
}

/** Everything at least `low` that touches, step by step, something at least `high`. */
function hysteresis({ width, height, data }: Plane, low: number, high: number): Plane {
  const edges = createPlane(width, height);
  const open = [...data.keys()].filter((i) => data[i]! >= high);
  for (const i of open) edges.data[i] = 255;
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++)
      for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
        const next = v * width + u;
        if (edges.data[next] !== 0 || data[next]! < low) continue;
        edges.data[next] = 255;
        open.push(next);
      }
  }
  return edges;
}
