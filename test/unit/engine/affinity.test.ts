import { expect, it } from 'vitest';
import { chooseChild } from '../../../src/engine/affinity.ts';
import type { ChildState } from '../../../src/engine/child.ts';

const aChild = (name: string, load: number, models: string[], jobs = 2) => ({
  name,
  load: () => load,
  describe: () => ({ jobs, models }) as unknown as ChildState,
});

it('a job goes to the process that holds its models', () => {
  const children = [aChild('idle', 0, ['b']), aChild('holder', 1, ['a', 'up'])];
  expect(chooseChild(children, ['a', 'up']).name).toBe('holder');
});

it('but not to one without a free place, nor where another holds as much and does less', () => {
  expect(chooseChild([aChild('full', 2, ['a']), aChild('idle', 0, [])], ['a']).name).toBe('idle');
  expect(chooseChild([aChild('busy', 1, ['a']), aChild('idle', 0, ['a'])], ['a']).name).toBe('idle');
});

it('where nobody has a place, to the idlest', () => {
  expect(chooseChild([aChild('holder', 5, ['a']), aChild('other', 3, [])], ['a']).name).toBe('other');
});
