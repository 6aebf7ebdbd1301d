/** A Gaussian blur of one plane, the border repeated; `radius` taps to each side. */
export function blurred(
  plane: Float32Array,
  width: number,
  height: number,
  sigma: number,
  radius: number,
): Float32Array {
  const weights = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((a, v) => a + v, 0);
  const kernel = Float64Array.from(weights, (v) => v / sum);
  const across = along(plane, width, height, 1, width, kernel);
  return along(across, height, width, width, 1, kernel);
}

function along(from: Float32Array, length: number, lines: number, step: number, stride: number, kernel: Float64Array) {
  const radius = (kernel.length - 1) / 2;
  const out = new Float32Array(from.length);
  const line = new Float64Array(length + 2 * radius);
  for (let l = 0; l < lines; l++) {
    const start = l * stride;
    for (let i = 0; i < line.length; i++) line[i] = from[start + Math.min(length - 1, Math.max(0, i - radius)) * step]!;
    for (let i = 0; i < length; i++) {
      let total = 0;
      for (let k = 0; k < kernel.length; k++) total += kernel[k]! * line[i + k]!;
      out[start + i * step] = total;
    }
  }
  return out;
}
