import { expect, it } from 'vitest';
import { decodeTarget, encodeTarget, modal, type Target } from '../../../../src/bots/discord/modal.ts';

const id = '1573632263189430292';
const target: Target = { what: 'stylize', channelId: id, messageId: id };
const many = Array.from({ length: 40 }, (_, i) => ({
  name: `brush-${i}`,
  title: `Brush ${i}`.padEnd(120, '!'),
  ...(i > 0 && { note: 'for icons'.padEnd(120, '!') }),
}));

it('carries in its id which message it is about', () => {
  expect(decodeTarget(encodeTarget(target))).toEqual(target);
  expect(encodeTarget(target).length).toBeLessThanOrEqual(100);
  for (const forged of ['', 'v1:this:delete:1:2', 'v1:this:stylize:1:x', `v2:this:stylize:${id}:${id}`])
    expect(decodeTarget(forged)).toBeUndefined();
});

it.each([
  ['stylize', ['picture', 'brush', 'words', 'strength']],
  ['upscale', ['picture', 'factor']],
] as const)('asks what %s needs, within what a form holds', (what, fields) => {
  const { components, title } = modal({ ...target, what }, { pictures: many.map(({ title }) => title), brushes: many });
  expect(title.length).toBeLessThanOrEqual(45);
  const asked = components.flatMap((one) => ('component' in one ? [one] : []));
  expect(asked.map(({ component }) => ('custom_id' in component ? component.custom_id : ''))).toEqual(fields);
  for (const { label, component } of asked) {
    expect(label.length).toBeLessThanOrEqual(45);
    if (!('options' in component)) continue;
    expect(component.options.length).toBeLessThanOrEqual(25);
    for (const { label, description } of component.options) {
      expect(label.length).toBeLessThanOrEqual(100);
      expect(description?.length ?? 0).toBeLessThanOrEqual(100);
    }
  }
});

it('asks for no picture where there is one, and for no brush where there is none', () => {
  const { components } = modal(target, { pictures: ['a'], brushes: [] });
  expect(components).toHaveLength(2);
});

it('says what a brush is for', () => {
  const { components } = modal(target, { pictures: ['a'], brushes: many });
  expect(JSON.stringify(components)).toMatch(/"label":"Brush 1!+…","value":"brush-1","description":"for icons!+…"/);
});
