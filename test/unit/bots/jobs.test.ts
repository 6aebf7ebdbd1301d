import { expect, it } from 'vitest';
import { history } from '../../../src/bots/jobs.ts';
import { encodeAction } from '../../../src/core/action.ts';
import type { GenerationView } from '../../../src/core/records.ts';
import type { Studio } from '../../../src/core/studio.ts';
import { aGeneration, anId, aRequest, aSender } from '../../fixtures.ts';

const studioWith = (generations: GenerationView[]) =>
  ({ history: async () => generations, brushes: () => [], attributes: () => [] }) as unknown as Studio;

it('lists the latest jobs, and offers to show again those that have pictures', async () => {
  const studio = studioWith([
    aGeneration({ id: anId(3), status: 'queued', images: [] }),
    aGeneration({ id: anId(2), request: aRequest({ prompt: 'a red hat' }) }),
    aGeneration({ id: anId(1), status: 'failed', images: [] }),
  ]);
  const { lines, menus } = await history(studio, aSender());
  expect(lines[1]).toBe(`2 · 2026-11-21 12:00 UTC · a red hat · 1 picture. · ${anId(2)}`);
  expect(menus).toHaveLength(1);
  expect(menus![0]!.options.map(({ label, action }) => [label, encodeAction(action)])).toEqual([
    ['2 · a red hat', `v1:show:0:${anId(2)}`],
  ]);
});

it('offers nothing where there is nothing to show', async () => {
  expect(await history(studioWith([]), aSender())).toMatchObject({ headline: 'Nothing made yet.', lines: [] });
  expect((await history(studioWith([aGeneration({ status: 'queued', images: [] })]), aSender())).menus).toBeUndefined();
});
