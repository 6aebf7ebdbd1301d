/** Weights as 8-bit integers with one scale per output channel. */
export interface Int8Weights {
  /** In the order of the floats. */
  data: Int8Array;
  /** One per channel: float = scale · integer. */
  scales: Float32Array;
}

const MOST = 127;

/** Symmetric, by the largest magnitude of each channel. `values` is [before, channels, after] flat. */
export function toInt8(values: Float32Array, channels: number, after: number): Int8Weights {
  const largest = new Float32Array(channels);
  const channelOf = (i: number) => Math.floor(i / after) % channels;
  for (const [i, value] of values.entries()) {
    const c = channelOf(i);
    const size = Math.abs(value);
    if (size > largest[c]!) largest[c] = size;
  }
  const scales = largest.map((size) => (size > 0 ? size / MOST : 1));
  const data = new Int8Array(values.length);
  for (const [i, value] of values.entries()) {
    const rounded = Math.round(value / scales[channelOf(i)]!);
    data[i] = Math.max(-MOST, Math.min(MOST, rounded));
  }
  return { data, scales };
}
