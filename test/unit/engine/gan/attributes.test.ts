import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../../../src/engine/catalogue.ts';
import { attributesOf, labelled } from '../../../../src/engine/gan/attributes.ts';

const LABELS = ['smile', 'glasses', 'long hair', 'dark skin'];
const refusal = (asked: Record<string, number>, labels: readonly string[] = LABELS): string => {
  try {
    labelled(asked, labels);
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_request' });
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
};

it('lists the labels of every model for faces once, with a name to type', () => {
  const models = [{ manifest: { attributes: LABELS } }, { manifest: { attributes: ['Long Hair', 'wink'] } }];
  const catalogue = { of: () => models } as unknown as Pick<Catalogue, 'of'>;
  expect(attributesOf(catalogue).map(({ name }) => name)).toEqual([
    ...['smile', 'glasses', 'long-hair', 'dark-skin', 'wink'],
  ]);
});

describe('an attribute', () => {
  it.each(['long hair', 'Long-Hair', 'long_hair', ' LONG  hair '])('may be typed as “%s”', (typed) => {
    expect(labelled({ [typed]: 2 }, LABELS)).toEqual({ 'long hair': 2 });
  });

  it('said in two ways counts twice', () => {
    expect(labelled({ 'long hair': 1, 'long-hair': 0.5, smile: -1 }, LABELS)).toEqual({ 'long hair': 1.5, smile: -1 });
  });

  it('that is unknown is refused with the known ones', () => {
    expect(refusal({ freckles: 1 })).toContain('smile, glasses, long hair, dark skin');
    expect(refusal({ freckles: 1 })).not.toContain('Did you mean');
  });

  it.each([
    ['smlie', 'smile'],
    ['glases', 'glasses'],
    ['longhair', 'long hair'],
  ])('misspelt as “%s” is guessed', (typed, meant) => {
    expect(refusal({ [typed]: 1 })).toContain(`Did you mean ${meant}?`);
  });

  it('of a model without any is refused with what to do', () => {
    expect(refusal({ smile: 1 }, [])).toContain('leave them out');
  });
});
