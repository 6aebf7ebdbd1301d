import { type Carrier, type Carriers, TILE } from './carriers.ts';
import { encode } from './convolutional.ts';
import { fromSpectrum } from './fourier.ts';

/** The pattern that says these payload bits: TILE × TILE values, mean 0, variance 1, made to be repeated. */
export function drawTile({ sync, data, bitOf, pad }: Carriers, payload: Uint8Array): Float64Array {
  const code = encode(payload);
  const re = new Float64Array(TILE * TILE);
  const im = new Float64Array(TILE * TILE);
  const put = (carrier: Carrier, x: number, y: number) => {
    const [i, m] = [carrier.index(TILE), carrier.mirror(TILE)];
    re[i]! += x;
    im[i]! += y;
    re[m]! += x;
    im[m]! -= y; // a real pattern has a Hermitian spectrum
  };
  const sign = (part: number) => (code[bitOf[part]!]! ^ pad[bitOf[part]!]! ? Math.SQRT1_2 : -Math.SQRT1_2);
  for (const carrier of sync) put(carrier, carrier.cos, carrier.sin);
  data.forEach((carrier, k) => {
    const [x, y] = [sign(2 * k), sign(2 * k + 1)];
    put(carrier, x * carrier.cos - y * carrier.sin, x * carrier.sin + y * carrier.cos);
  });
  fromSpectrum(re, im, TILE);
  const deviation = Math.sqrt(re.reduce((sum, v) => sum + v * v, 0) / re.length);
  return re.map((v) => v / deviation);
}
