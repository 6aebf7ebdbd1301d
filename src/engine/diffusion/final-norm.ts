/**
 * The layer norm at the end of a text encoder (Ba et al. 2016), for use on an earlier layer: y = gain·x̂ + bias. Exports
 * give the last layer before and after it, from which gain and bias follow exactly, whatever the graph calls them.
 */
export interface LayerNorm {
  gain: Float64Array;
  bias: Float64Array;
}

const EPSILON = 1e-5;

/** By least squares over all tokens. Undefined when `after` is no layer norm of `before`. Both [tokens, width] flat. */
export function fitLayerNorm(before: Float32Array, after: Float32Array, width: number): LayerNorm | undefined {
  const x = standardised(before, width);
  const tokens = before.length / width;
  const [gain, bias] = [new Float64Array(width), new Float64Array(width)];
  let worst = 0;
  for (let d = 0; d < width; d++) {
    let [sx, sy, sxx, sxy] = [0, 0, 0, 0];
    for (let t = 0; t < tokens; t++) {
      const [a, b] = [x[t * width + d]!, after[t * width + d]!];
      sx += a;
      sy += b;
      sxx += a * a;
      sxy += a * b;
    }
    gain[d] = (tokens * sxy - sx * sy) / (tokens * sxx - sx * sx);
    bias[d] = (sy - gain[d]! * sx) / tokens;
    for (let t = 0; t < tokens; t++)
      worst = Math.max(worst, Math.abs(gain[d]! * x[t * width + d]! + bias[d]! - after[t * width + d]!));
  }
  return worst < TOLERANCE ? { gain, bias } : undefined;
}

const TOLERANCE = 5e-3; // half precision exports round at 1e-3 of values near 1

export function applyLayerNorm(x: Float32Array, { gain, bias }: LayerNorm): Float32Array {
  const width = gain.length;
  return Float32Array.from(standardised(x, width), (v, i) => gain[i % width]! * v + bias[i % width]!);
}

/** Every token at mean 0 and variance 1. */
function standardised(x: Float32Array, width: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let at = 0; at < x.length; at += width) {
    const token = x.subarray(at, at + width);
    const mean = token.reduce((sum, v) => sum + v, 0) / width;
    const variance = token.reduce((sum, v) => sum + (v - mean) ** 2, 0) / width;
    for (let d = 0; d < width; d++) out[at + d] = (token[d]! - mean) / Math.sqrt(variance + EPSILON);
  }
  return out;
}
