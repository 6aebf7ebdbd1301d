import { expect, it } from 'vitest';
import { type Asked, altTextOf, subjectOf } from '../../../src/core/alt-text.ts';
import { aBrushRecipe, aFaceRecipe, aKeptPicture, anId, aRecipe, aRequest } from '../../fixtures.ts';

const ours = (n: number, index = 0) => ({ generationId: anId(n), index });
/** What lies under each id: apples, and apples in ink. */
const SHELF: Record<string, Asked> = {
  [anId(1)]: { request: aRequest({ prompt: 'two red apples' }), recipe: aRecipe() },
  [anId(2)]: { request: aRequest({ kind: 'stylize', source: ours(1), brush: 'ink' }), recipe: aBrushRecipe() },
};
const subject = (request: object, recipe = aRecipe()) =>
  subjectOf({ request: aRequest(request as never), recipe }, async ({ generationId }) => SHELF[generationId]);
const like = { picture: aKeptPicture(), weight: 1 };

it.each([
  ['two red apples', { kind: 'imagine', prompt: 'two red apples' }],
  ['two red apples', { kind: 'upscale', source: ours(1) }],
  ['an enlarged picture', { kind: 'upscale', source: aKeptPicture() }],
  ['a picture in the manner of Ink', { kind: 'stylize', source: aKeptPicture(), brush: 'ink' }],
  ['two red apples in the manner of Night wind', { kind: 'stylize', source: ours(1), brush: 'brush-night-wind' }],
  ['two red apples in the manner of Ink in the manner of Waves', { kind: 'stylize', source: ours(2), brush: 'waves' }],
  ['a picture in the manner of another picture', { kind: 'stylize', source: aKeptPicture(), styles: [like] }],
  ['a picture in the manner of 2 other pictures', { kind: 'stylize', source: aKeptPicture(), styles: [like, like] }],
  ['a castle', { kind: 'stylize', source: aKeptPicture(), words: 'a castle' }],
  ['a picture in the manner of Ink', { kind: 'stylize', source: ours(3), brush: 'ink' }],
  ['a face like one in a picture', { kind: 'face', picture: aKeptPicture() }],
  ['a face, seed 1 turning into two red apples', { kind: 'morph', stops: [{ seed: 1 }, ours(2), ours(1)] }],
])('says “%s”', async (said, request) => void expect(await subject(request)).toBe(said));

it('names the brush that was chosen for a person who named none', async () => {
  const stylized = { kind: 'stylize', source: aKeptPicture() };
  expect(await subject(stylized, aBrushRecipe())).toBe('a picture in the manner of Night wind');
});

it('names a face by the seed it got', async () => {
  expect(await subject({ kind: 'face' }, aFaceRecipe({ seed: 41 }))).toBe('a face, seed 41');
});

it('names each of many faces by its own seed, also when one of them is enlarged later', async () => {
  const many: Asked = { request: aRequest({ kind: 'face', count: 60 }), recipe: aFaceRecipe({ seed: 2 ** 32 - 1 }) };
  const said = [0, 1, 2].map((index) => subjectOf(many, async () => undefined, index));
  expect(await Promise.all(said)).toEqual(['a face, seed 4294967295', 'a face, seed 0', 'a face, seed 1']);
  const larger: Asked = { request: aRequest({ kind: 'upscale', source: ours(4, 2) }), recipe: aRecipe() };
  expect(await subjectOf(larger, async () => many)).toBe('a face, seed 1');
});

it('begins by saying that a machine made it, and is never too long', () => {
  expect(altTextOf('a face, seed 7')).toBe('AI-generated image: a face, seed 7');
  expect(altTextOf('x'.repeat(5000))).toHaveLength(1000);
});
