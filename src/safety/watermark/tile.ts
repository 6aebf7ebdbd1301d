import { type Carrier, type Carriers, TILE } from './carriers.ts';
import { fromSpectrum } from './fourier.ts';

/** How strong each code bit is, and the sync, relative to one another. */
export interface Strengths {
  bits: Float64Array;
  sync: number;
}

/** The pattern that says these code bits: TILE × TILE values, mean 0, variance 1, made to be repeated. */
export function drawTile({ sync, data, bitOf, pad }: Carriers, code: Uint8Array, strengths?: Strengths): Float64Array {
  const re = new Float64Array(TILE * TILE);
  const im = new Float64Array(TILE * TILE);
  const put = (carrier: Carrier, x: number, y: number) => {
    const [i, m] = [carrier.index(TILE), carrier.mirror(TILE)];
    re[i]! += x;
    im[i]! += y;
    re[m]! += x;
    im[m]! -= y; // a real pattern has a Hermitian spectrum
  };
  const said = (part: number) => {
    const bit = bitOf[part]!;
    return (code[bit]! ^ pad[bit]! ? Math.SQRT1_2 : -Math.SQRT1_2) * (strengths?.bits[bit] ?? 1);
  };
  const { sync: loud = 1 } = strengths ?? {};
  for (const carrier of sync) put(carrier, carrier.cos * loud, carrier.sin * loud);
  data.forEach((carrier, k) => {
    const [x, y] = [said(2 * k), said(2 * k + 1)];
    put(carrier, x * carrier.cos - y * carrier.sin, x * carrier.sin + y * carrier.cos);
  });
  fromSpectrum(re, im, TILE);
  const deviation = Math.sqrt(re.reduce((sum, v) => sum + v * v, 0) / re.length);
  return re.map((v) => v / deviation);
}
