/** Small regions of one colour that follow edges. SLIC: Achanta et al. 2012. */
import type { Picture } from '../../core/picture.ts';
import { type Lab, toLab } from './lab.ts';

export interface Regions {
  /** Which region each pixel belongs to, 0 … count − 1. */
  labels: Int32Array;
  count: number;
}

interface Centre {
  colour: [number, number, number];
  x: number;
  y: number;
}

const ROUNDS = 10;
const COMPACTNESS = 10; // m of eq. 3

export function superpixels(picture: Picture, wanted: number): Regions {
  const { width, height } = picture;
  const colours = labOf(picture);
  const spacing = Math.max(1, Math.sqrt((width * height) / wanted));
  const centres = seed(colours, width, height, spacing);
  const labels = new Int32Array(width * height);
  for (let round = 0; round < ROUNDS; round++) {
    assign(labels, centres, colours, width, height, spacing);
    recentre(labels, centres, colours, width);
  }
  return connect(labels, width, height, spacing ** 2 / 4);
}

/** L, a, b of every pixel, one after the other. */
function labOf({ width, height, data }: Picture): Float64Array {
  const out = new Float64Array(3 * width * height);
  for (let i = 0; i < out.length; i += 3) out.set(toLab(data[i]!, data[i + 1]!, data[i + 2]!), i);
  return out;
}

function seed(colours: Float64Array, width: number, height: number, spacing: number): Centre[] {
  const [columns, rows] = [Math.max(1, Math.round(width / spacing)), Math.max(1, Math.round(height / spacing))];
  return Array.from({ length: columns * rows }, (_, k) => {
    const x = Math.floor(((k % columns) + 0.5) * (width / columns));
    const y = Math.floor((Math.floor(k / columns) + 0.5) * (height / rows));
    const i = 3 * (y * width + x);
    return { colour: [colours[i]!, colours[i + 1]!, colours[i + 2]!], x, y };
  });
}

/** Every pixel to the nearest centre around, in colour and place at once. */
function assign(
  labels: Int32Array,
  centres: Centre[],
  colours: Float64Array,
  width: number,
  height: number,
  spacing: number,
) {
  const nearest = new Float64Array(labels.length).fill(Number.POSITIVE_INFINITY);
  const reach = 2 * spacing;
  const farness = (COMPACTNESS / spacing) ** 2;
  for (const [label, { colour, x, y }] of centres.entries()) {
    const [bottom, right] = [Math.min(height - 1, Math.floor(y + reach)), Math.min(width - 1, Math.floor(x + reach))];
    for (let v = Math.max(0, Math.ceil(y - reach)); v <= bottom; v++)
      for (let u = Math.max(0, Math.ceil(x - reach)); u <= right; u++) {
        const i = v * width + u;
        const place = farness * ((u - x) ** 2 + (v - y) ** 2);
        const [l, a, b] = [
          colours[3 * i]! - colour[0],
          colours[3 * i + 1]! - colour[1],
          colours[3 * i + 2]! - colour[2],
        ];
        const distance = l * l + a * a + b * b + place;
        if (distance >= nearest[i]!) continue;
        nearest[i] = distance;
        labels[i] = label;
      }
  }
}

function recentre(labels: Int32Array, centres: Centre[], colours: Float64Array, width: number): void {
  const sums = centres.map(() => [0, 0, 0, 0, 0, 0] as [number, number, number, number, number, number]);
  for (let i = 0; i < labels.length; i++) {
    const sum = sums[labels[i]!]!;
    for (let c = 0; c < 3; c++) sum[c]! += colours[3 * i + c]!;
    sum[3] += i % width;
    sum[4] += Math.floor(i / width);
    sum[5]++;
  }
  for (const [label, [l, a, b, x, y, n]] of sums.entries())
    if (n > 0) centres[label] = { colour: [l / n, a / n, b / n], x: x / n, y: y / n };
}

/** Regions in one piece: scraps below `least` pixels join the region beside which they were found. */
function connect(found: Int32Array, width: number, height: number, least: number): Regions {
  const labels = new Int32Array(found.length).fill(-1);
  let count = 0;
  for (let start = 0; start < found.length; start++) {
    if (labels[start] !== -1) continue;
    const beside = start % width > 0 ? labels[start - 1]! : start >= width ? labels[start - width]! : -1;
    const piece = flood(found, labels, start, count, width, height);
    if (piece.length < least && beside >= 0) for (const i of piece) labels[i] = beside;
    else count++;
  }
  return { labels, count };
}

/** Gives `label` to all of `start`'s number that hangs together with it, by sides. */
function flood(found: Int32Array, labels: Int32Array, start: number, label: number, width: number, height: number) {
  const piece = [start];
  labels[start] = label;
  for (const i of piece) {
    const x = i % width;
    const around = [
      x > 0 ? i - 1 : -1,
      x < width - 1 ? i + 1 : -1,
      i - width,
      i < width * (height - 1) ? i + width : -1,
    ];
    for (const next of around) {
      if (next < 0 || labels[next] !== -1 || found[next] !== found[start]) continue;
      labels[next] = label;
      piece.push(next);
    }
  }
  return piece;
}

/** Mean colour and size of every region. */
export function meansOf(picture: Picture, { labels, count }: Regions): { colour: Lab; size: number }[] {
  const sums = Array.from({ length: count }, () => [0, 0, 0, 0] as [number, number, number, number]);
  const { data } = picture;
  for (let i = 0; i < labels.length; i++) {
    const sum = sums[labels[i]!]!;
    const lab = toLab(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!);
    for (let c = 0; c < 3; c++) sum[c]! += lab[c]!;
    sum[3]++;
  }
  return sums.map(([l, a, b, size]) => ({ colour: [l / size, a / size, b / size], size }));
}
