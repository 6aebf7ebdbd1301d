import { expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { checkDefaultModel } from '../../../src/main/default-model.ts';

const has = (names: string[], broken: string[] = []) => ({
  diffusionModels: () => names.map((name) => ({ name, title: name })),
  problems: broken.map((name) => ({ name, error: new AppError('model_corrupt', 'Damaged.') })),
});
const check = (name: string, there: ReturnType<typeof has>) => checkDefaultModel({ DEFAULT_MODEL: name }, there);

it('a default model that is not there ends the start, naming the setting and what there is', () => {
  expect(() => check('sd51', has(['sd15', 'sticker-diffusion']))).toThrow(
    'DEFAULT_MODEL: there is no model called sd51. Set it to one of: sd15, sticker-diffusion.',
  );
});

it('one that is there, one that is damaged, and a studio without any do not', () => {
  check('sd15', has(['sd15']));
  check('sd15', has(['sticker-diffusion'], ['sd15']));
  check('sticker-diffusion', has([]));
});
