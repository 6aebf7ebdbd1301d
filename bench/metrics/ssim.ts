/** Structural similarity of two pictures of one size, on their brightness. Wang et al. 2004. */
import type { Picture } from '../../src/core/picture.ts';
import { blurred } from './blur.ts';
import { luma } from './luma.ts';

const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** Mean over the picture of eq. 13 with an 11 × 11 Gaussian window, σ = 1.5. 1 is equal. */
export function ssim(a: Picture, b: Picture): number {
  const { width, height } = a;
  const mean = (plane: Float32Array) => blurred(plane, width, height, 1.5, 5);
  const [x, y] = [luma(a), luma(b)];
  const [mx, my] = [mean(x), mean(y)];
  const [xx, yy, xy] = [mean(x.map((v) => v * v)), mean(y.map((v) => v * v)), mean(x.map((v, i) => v * y[i]!))];
  let total = 0;
  for (let i = 0; i < x.length; i++) {
    const [m, n] = [mx[i]!, my[i]!];
    const [vx, vy, cov] = [xx[i]! - m * m, yy[i]! - n * n, xy[i]! - m * n];
    total += ((2 * m * n + C1) * (2 * cov + C2)) / ((m * m + n * n + C1) * (vx + vy + C2));
  }
  return total / x.length;
}
