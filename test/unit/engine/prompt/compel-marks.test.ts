import { expect, it } from 'vitest';
import { fromCompel } from '../../../../src/engine/diffusion/prompt/compel-marks.ts';

it.each([
  ['a cat', 'a cat'],
  ['a cat++ here', 'a (cat:1.21) here'],
  ['a cat-, there', 'a (cat:0.9), there'],
  ['a (big cat)1.3', 'a (big cat:1.3)'],
  ['a (big cat)++', 'a (big cat:1.21)'],
  ['((a)+ b)0.5', '((a:1.1) b:0.5)'],
  ['a wide-angle view - from above', 'a wide-angle view - from above'],
  ['half-way+ up', '(half-way:1.1) up'],
  ['1+1', '1+1'],
  ['(a:1.2) and (b)', '(a:1.2) and (b)'],
  ['\\(cat\\)++', '\\(cat\\)++'],
  ['a) 1.3', 'a) 1.3'],
])('%s is %s', (said, meant) => expect(fromCompel(said)).toBe(meant));
