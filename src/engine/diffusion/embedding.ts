/** A number as a vector of sines and cosines. Vaswani et al. 2017, as latent consistency models use it for guidance. */
export function sinusoids(value: number, width: number): Float32Array {
  const half = width >> 1;
  const out = new Float32Array(width);
  for (let i = 0; i < half; i++) {
    const angle = value * Math.exp((-Math.log(10_000) * i) / (half - 1));
    out[i] = Math.sin(angle);
    out[half + i] = Math.cos(angle);
  }
  return out;
}
