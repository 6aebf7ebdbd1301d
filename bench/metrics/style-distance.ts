/** How far a picture's texture and colours are from a style's. Gatys et al. 2016, eq. 4, relative and without weights. */
import type { Maps } from './perceptual.ts';

/**
 * Mean over the layers of ‖G(a) − G(b)‖ / ‖G(b)‖, where G is the Gram matrix of a layer's maps over its places. 0 is equal;
 * 1 is as far as a picture that shows nothing. The pictures may have different sizes. A proxy: the layers are those of
 * models/features, and figures compare only with others made here.
 */
export function styleDistance(a: readonly Maps[], b: readonly Maps[]): number {
  return a.reduce((sum, maps, i) => sum + relative(gramOf(maps), gramOf(b[i]!)), 0) / a.length;
}

const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
const relative = (a: Float64Array, b: Float64Array) => norm(a.map((v, i) => v - b[i]!)) / norm(b);

/** Most of the work, and one style is measured against again and again. */
const known = new WeakMap<Maps, Float64Array>();

function gramOf(maps: Maps): Float64Array {
  const gram = known.get(maps) ?? computed(maps);
  known.set(maps, gram);
  return gram;
}

function computed({ channels, data }: Maps): Float64Array {
  const places = data.length / channels;
  const out = new Float64Array(channels * channels);
  for (let i = 0; i < channels; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let p = 0; p < places; p++) sum += data[i * places + p]! * data[j * places + p]!;
      out[i * channels + j] = sum / places;
      out[j * channels + i] = sum / places;
    }
  return out;
}
