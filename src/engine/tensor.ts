/** The smallest tensor that a sampler needs: flat data; shape lives with the model. */
export type Latent = Float32Array;

/** What a network's input is given. */
export interface Feed {
  data: Float32Array | Uint8Array | readonly number[];
  /** Shape, outermost first. */
  dims: readonly number[];
}

/** a·x + b·y, elementwise, as a new array. */
export function blend(a: number, x: Latent, b: number, y: Latent): Latent {
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = a * x[i]! + b * y[i]!;
  return out;
}

/** a·x, elementwise, as a new array. */
export function scale(a: number, x: Latent): Latent {
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = a * x[i]!;
  return out;
}

/** One array after the other. */
export function concat(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Σ weightₖ·xₖ, elementwise, summed in double precision; terms of weight 0 are not read. */
export function mix(...terms: readonly (readonly [weight: number, x: Latent])[]): Latent {
  const [first] = terms;
  const used = terms.filter(([weight]) => weight !== 0);
  const out = new Float32Array(first![1].length);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (const [weight, x] of used) sum += weight * x[i]!;
    out[i] = sum;
  }
  return out;
}
