import { expect, it } from 'vitest';
import { mulberry32 } from '../../../../src/core/mulberry32.ts';
import type { Picture } from '../../../../src/core/picture.ts';
import { inGreys, withColoursOf, withLightnessOf } from '../../../../src/engine/style/colour-transfer.ts';
import { keepColours } from '../../../../src/engine/style/keep-colours.ts';
import { luminance } from '../../../../src/engine/style/luminance.ts';

/** Noise of correlated colours within limits. */
function aPicture(seed: number, [low, high]: [number, number] = [0, 255], side = 24): Picture {
  const random = mulberry32(seed);
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i += 3) {
    const light = random();
    for (let c = 0; c < 3; c++) data[i + c] = low + (high - low) * (0.6 * light + 0.4 * random()) * (1 - 0.15 * c);
  }
  return { width: side, height: side, data };
}
const pixels = ({ data }: Picture) => Array.from({ length: data.length / 3 }, (_, i) => i * 3);
/** I and Q of YIQ. */
const chroma = ({ data }: Picture, at: number) =>
  [
    [0.5959, -0.2746, -0.3213],
    [0.2115, -0.5227, 0.3112],
  ].map((row) => row.reduce((sum, weight, c) => sum + weight * data[at + c]!, 0));
const histogram = ({ data }: Picture, channel: number) => data.filter((_, i) => i % 3 === channel).sort();

it('keeps nothing when nothing is to be kept', () => {
  const stylized = aPicture(2);
  expect(keepColours(aPicture(1), stylized, 'no')).toEqual(stylized);
});

it('luminance: as light as the stylized picture, whatever the colours', () => {
  const [content, stylized] = [aPicture(1), aPicture(2)];
  const kept = keepColours(content, stylized, 'luminance');
  for (const at of pixels(kept)) expect(luminance(kept.data, at) - luminance(stylized.data, at)).toBeCloseTo(0, -0.3);
});

it('luminance: in the colour differences of the content, where they fit', () => {
  const [content, stylized] = [aPicture(1, [90, 150]), aPicture(2, [90, 150])];
  const kept = keepColours(content, stylized, 'luminance');
  for (const at of pixels(kept))
    for (const [i, v] of chroma(kept, at).entries()) expect(Math.abs(v - chroma(content, at)[i]!)).toBeLessThan(0.8);
});

it('luminance: of a strong colour where it hardly fits the hue stays, and no channel runs over', () => {
  const content = { width: 1, height: 1, data: Uint8Array.of(200, 30, 20) };
  const stylized = { width: 1, height: 1, data: Uint8Array.of(235, 235, 235) };
  const [r, g, b] = keepColours(content, stylized, 'luminance').data;
  expect(r).toBe(255);
  expect(g! - b!).toBeGreaterThanOrEqual(0);
  expect(r! - g!).toBeGreaterThan(20);
});

it('a picture keeps its own colours to the bit, both ways', () => {
  const content = aPicture(3);
  for (const how of ['luminance', 'histogram'] as const)
    for (const [i, v] of keepColours(content, content, how).data.entries())
      expect(Math.abs(v - content.data[i]!)).toBeLessThanOrEqual(how === 'histogram' ? 0 : 1);
});

it('histogram: exactly the values of the content, in the order of the stylized picture', () => {
  const [content, stylized] = [aPicture(1, [60, 120]), aPicture(2)];
  const kept = keepColours(content, stylized, 'histogram');
  for (const channel of [0, 1, 2]) {
    expect(histogram(kept, channel)).toEqual(histogram(content, channel));
    const order = pixels(kept).sort((a, b) => stylized.data[a + channel]! - stylized.data[b + channel]!);
    for (let i = 1; i < order.length; i++)
      if (stylized.data[order[i]! + channel]! > stylized.data[order[i - 1]! + channel]!)
        expect(kept.data[order[i]! + channel]).toBeGreaterThanOrEqual(kept.data[order[i - 1]! + channel]!);
  }
});

const statistics = ({ data }: Picture) => {
  const n = data.length / 3;
  const mean = [0, 1, 2].map((c) => histogram({ width: 0, height: 0, data }, c).reduce((sum, v) => sum + v, 0) / n);
  const covariance = [0, 1, 2].flatMap((c) =>
    [0, 1, 2].map((k) => {
      let sum = 0;
      for (let i = 0; i < data.length; i += 3) sum += (data[i + c]! - mean[c]!) * (data[i + k]! - mean[k]!);
      return sum / n;
    }),
  );
  return { mean, covariance };
};

it('a style picture is recoloured to the mean and covariance of the content', () => {
  const [style, content] = [aPicture(5, [40, 200]), aPicture(6, [90, 170])];
  const [got, wanted] = [statistics(withColoursOf(style, content)), statistics(content)];
  for (const [i, v] of got.mean.entries()) expect(v).toBeCloseTo(wanted.mean[i]!, 0);
  for (const [i, v] of got.covariance.entries())
    expect(Math.abs(v - wanted.covariance[i]!)).toBeLessThan(0.02 * Math.max(...wanted.covariance) + 1);
});

it('a style picture of one colour takes the mean of the content and nothing breaks', () => {
  const plain = { width: 8, height: 8, data: new Uint8Array(192).fill(77) };
  const { mean } = statistics(withColoursOf(plain, aPicture(6)));
  for (const [c, v] of mean.entries()) expect(v).toBeCloseTo(statistics(aPicture(6)).mean[c]!, -0.3);
});

it('in greys, a style picture is as light and as contrasty as the content', () => {
  const content = aPicture(8, [80, 160]);
  const greys = withLightnessOf(aPicture(7), content);
  const [got, wanted] = [statistics(greys), statistics(inGreys(content))];
  expect(got.mean[0]).toBeCloseTo(wanted.mean[0]!, 0);
  expect(Math.sqrt(got.covariance[0]!)).toBeCloseTo(Math.sqrt(wanted.covariance[0]!), 0);
  for (const at of pixels(greys)) expect(greys.data[at]).toBe(greys.data[at + 2]);
});
