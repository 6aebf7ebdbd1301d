/** A Gaussian blur of one plane, the border repeated; `radius` taps to each side. */
export function blurred(
  plane: Float32Array,
  width: number,
  height: number,
  sigma: number,
  radius: number,
): Float32Array {
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const sum = kernel.reduce((a, v) => a + v, 0);
  const along = (from: Float32Array, length: number, lines: number, step: number, stride: number): Float32Array => {
    const out = new Float32Array(from.length);
    for (let line = 0; line < lines; line++)
      for (let i = 0; i < length; i++) {
        let total = 0;
        for (let k = -radius; k <= radius; k++) {
          const j = Math.min(length - 1, Math.max(0, i + k));
          total += kernel[k + radius]! * from[line * stride + j * step]!;
        }
        out[line * stride + i * step] = total / sum;
      }
    return out;
  };
  return along(along(plane, width, height, 1, width), height, width, width, 1);
}
