import { describe, expect, it } from 'vitest';
import { Request, type RequestInput } from '../../../src/core/request.ts';
import { createCatalogue, type Installed } from '../../../src/engine/catalogue.ts';
import { parseManifest, refOf } from '../../../src/engine/manifest.ts';
import { createPlanner } from '../../../src/engine/plan.ts';

const installed = (over: object): Installed => {
  const files = [{ path: 'weights.safetensors', bytes: 1, sha256: 'a'.repeat(64) }];
  const manifest = parseManifest({ title: 'Stickers', version: '1', licence: 'MIT', files, ...over });
  return { folder: '/nowhere', manifest, ref: refOf(manifest) };
};
const drawing = (name: string, steps = 20) =>
  installed({
    ...{ name, kind: 'diffusion', limits: { minSide: 64, maxSide: 256, multipleOf: 8 } },
    defaults: { width: 128, height: 128, steps, guidance: 2, sampler: 'euler' },
  });
const lora = (name: string, over: object = {}) => installed({ name, kind: 'lora', ...over });
const companion = lora('few', { for: 'stickers', quick: { steps: 4, guidance: 1, sampler: 'ddim' } });
const ink = lora('ink');

const planner = (...models: Installed[]) =>
  createPlanner({ catalogue: createCatalogue(models), config: { DEFAULT_MODEL: 'stickers' } });
const plan = planner(drawing('stickers'), drawing('others'), drawing('turbo', 4), companion, ink);

function planned(over: Omit<RequestInput & { kind: 'imagine' }, 'kind' | 'prompt'> & { prompt?: string }, by = plan) {
  const { recipe, notes, cost } = by(Request.parse({ kind: 'imagine', prompt: 'a cat', seed: 7, ...over }));
  if (recipe.kind !== 'imagine') throw new TypeError(recipe.kind);
  return { recipe, notes, cost };
}
const few = { model: companion.ref, weight: 1 };

describe('a quick picture of a model that has a companion', () => {
  it('is walked as the companion was taught, with it in the recipe', () => {
    const { recipe, notes } = planned({ quick: true });
    expect(recipe).toMatchObject({ steps: 4, guidance: 1, sampler: 'ddim', adapters: [few] });
    expect(notes).toContain('Quick: 4 steps instead of 20.');
  });

  it('costs a tenth: a fifth of the steps, at half the work each', () => {
    expect(planned({ quick: true }).cost).toBeCloseTo(planned({}).cost / 10, 12);
  });

  it('has the prompt’s own LoRAs behind it', () => {
    const { recipe } = planned({ quick: true, prompt: 'a cat <lora:ink:0.5>' });
    expect(recipe.adapters).toEqual([few, { model: ink.ref, weight: 0.5 }]);
  });

  it('has the companion once, at the weight that was written', () => {
    const { recipe } = planned({ quick: true, prompt: 'a cat <lora:few:0.8>' });
    expect(recipe.adapters).toEqual([{ model: companion.ref, weight: 0.8 }]);
  });

  it.each([[1], [6], [8]])('takes %d steps where they were asked for', (steps) => {
    expect(planned({ quick: true, steps }).recipe).toMatchObject({ steps, adapters: [few] });
  });

  it('asked for again with all its settings, as variations are, is the same', () => {
    const { steps, sampler, guidance } = planned({ quick: true }).recipe;
    expect(planned({ quick: true, steps, sampler, guidance }).recipe).toEqual(planned({ quick: true }).recipe);
  });

  it.each([
    [{ steps: 9 }, 'at most 8 steps'],
    [{ guidance: 2 }, 'the guidance'],
    [{ sampler: 'heun' }, 'the sampler'],
  ] as const)('refuses %j, which contradicts it', (said, says) => {
    expect(() => planned({ quick: true, ...said })).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(says) }),
    );
  });

  it('says that a negative prompt makes no difference', () => {
    expect(planned({ quick: true, negativePrompt: 'dogs' }).notes).toContainEqual(
      expect.stringContaining('no difference'),
    );
    expect(planned({ negativePrompt: 'dogs' }).notes).toEqual([]);
  });
});

describe('a quick picture of a model that has none', () => {
  it('takes half the steps, by the model’s own sampler, and says so', () => {
    const { recipe, notes } = planned({ quick: true, model: 'others' });
    expect(recipe).toMatchObject({ steps: 10, guidance: 2, sampler: 'euler' });
    expect(recipe).not.toHaveProperty('adapters');
    expect(notes).toContainEqual(expect.stringContaining('10 instead of 20'));
  });

  it('never takes fewer than a model needs that is quick by itself', () => {
    expect(planned({ quick: true, model: 'turbo' }).recipe.steps).toBe(4);
  });

  it('keeps guidance and sampler that were asked for', () => {
    const said = { guidance: 5, sampler: 'heun', steps: 6 } as const;
    expect(planned({ ...said, quick: true, model: 'others' }).recipe).toMatchObject(said);
  });

  it('refuses more steps than the model usually takes', () => {
    expect(() => planned({ quick: true, model: 'others', steps: 30 })).toThrow(/at most 20 steps/);
  });
});

it('a picture that is not to be quick is what it was without the word', () => {
  expect(planned({ quick: false })).toEqual(planned({}));
  expect(planned({}).recipe).not.toHaveProperty('adapters');
});
