import { expect, it } from 'vitest';
import type { Recipe } from '../../../src/core/recipe.ts';
import { parametersText } from '../../../src/safety/parameters.ts';
import { aBrushRecipe, aFaceRecipe, aKeptPicture } from '../../fixtures.ts';

const model = { name: 'm', version: '1', sha256: 'a'.repeat(64) };
const picture = { ...aKeptPicture(), sha256: 'e'.repeat(64) };
const styled = { v: 1, model, source: picture, seed: 7, strength: 0.8, keepColours: 'no' } as const;
const point = { seed: 7, truncation: 0.7, edits: {}, mixes: [] };
const end = 'Model hash: aaaaaaaaaa, Model: m, Version: Atelier';

it.each<[string, Recipe, string]>([
  ['a brush', aBrushRecipe({ model, seed: 3 }), `Filter: brush, Style strength: 0.8, Seed: 9, ${end}`],
  [
    'one direction of a translation, in a mask, with its colours kept',
    { ...styled, kind: 'brush', direction: 'backward', keepColours: 'luminance', mask: picture },
    `Filter: brush, Direction: backward, Style strength: 0.8, Colours kept by: luminance, Masked: yes, Seed: 9, ${end}`,
  ],
  [
    'other pictures',
    { ...styled, kind: 'adain', styles: [0.75, 0.25].map((weight) => ({ picture, weight })) },
    `Filter: AdaIN, Styles: 2, Style weights: 0.75+0.25, Style strength: 0.8, Seed: 9, ${end}`,
  ],
  [
    'an optimisation',
    {
      ...{ ...styled, kind: 'gatys', styles: [{ picture, weight: 1 }] },
      ...{ width: 512, height: 384, iterations: [100, 50], smoothness: 2 },
    },
    `Filter: Gatys, Styles: 1, Style strength: 0.8, Steps: 100+50, Smoothness: 2, Seed: 9, Size: 512x384, ${end}`,
  ],
  [
    'a face',
    aFaceRecipe({ model, edits: { smile: 2, 'long-hair': -1 }, mixes: [{ seed: 5, layers: [0, 3] }] }),
    `Seed: 9, Truncation: 0.7, Edits: "smile: 2, long-hair: -1", Mixed: "layers 0-3: 5", ${end}`,
  ],
  [
    'a face found for a picture, enlarged',
    aFaceRecipe({ model, projection: { picture, steps: 60 }, display: { model, factor: 4 } }),
    `Seed: 9, Truncation: 0.7, Projection steps: 60, Hires upscale: 4, Hires upscaler: m, ${end}`,
  ],
  [
    'a morph',
    {
      ...{ v: 1, kind: 'morph', model, seed: 7, frames: 24, delayMs: 60 },
      stops: [point, { ...point, seed: 8, edits: { smile: 1 } }],
    },
    `Seed: 9, Stop 1: "Seed: 7, Truncation: 0.7", Stop 2: "Seed: 8, Truncation: 0.7, Edits: smile: 1", Frames: 24, ${end}`,
  ],
])('tells how to make %s again, and not from whose picture', (_, recipe, text) => {
  expect(parametersText(recipe, 9)).toBe(text);
  expect(text).not.toContain(picture.sha256);
});
