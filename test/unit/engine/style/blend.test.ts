import { expect, it } from 'vitest';
import { blend } from '../../../../src/engine/style/blend.ts';
import { aPicture, apart } from './some-models.ts';

const [content, stylized] = [aPicture(9, 7, 1), aPicture(9, 7, 2)];

it('at strength 0 it is the picture, at 1 what became of it, to the bit', () => {
  expect(blend(content, stylized, { strength: 0 })).toEqual(content);
  expect(blend(content, stylized, { strength: 1 })).toEqual(stylized);
});

it('at strength a half it lies in the middle', () => {
  const { data } = blend(content, stylized, { strength: 0.5 });
  data.forEach(
    (v, i) => void expect(Math.abs(v - (content.data[i]! + stylized.data[i]!) / 2)).toBeLessThanOrEqual(0.5),
  );
});

it('black in the mask stays, white changes, grey is in between', () => {
  const mask = Float32Array.from({ length: 63 }, (_, i) => (i % 9 < 3 ? 0 : i % 9 < 6 ? 1 : 0.5));
  const masked = blend(content, stylized, { strength: 1, mask });
  expect(apart(masked, content, (x) => x < 3)).toBe(0);
  expect(apart(masked, stylized, (x) => x >= 3 && x < 6)).toBe(0);
  expect(apart(masked, blend(content, stylized, { strength: 0.5 }), (x) => x >= 6)).toBe(0);
  const weaker = blend(content, stylized, { strength: 0.4, mask });
  expect(apart(weaker, blend(content, stylized, { strength: 0.2 }), (x) => x >= 6)).toBe(0);
});
