import { expect, it } from 'vitest';
import { details } from '../../../src/bots/details.ts';
import { outcome, waiting, working } from '../../../src/bots/present.ts';
import { encodeAction } from '../../../src/core/action.ts';
import { aGeneration, anId, anImage, aRequest } from '../../fixtures.ts';

const labels = (reply: { buttons: { label: string }[][] }) => reply.buttons.map((row) => row.map(({ label }) => label));

it('says where a job stands and how to take it back', () => {
  const reply = waiting(aRequest(), { generationId: anId(), ahead: 2, etaSeconds: 30, notes: ['A note.'] });
  expect(reply.headline).toBe('Accepted. 2 jobs before yours.');
  expect(reply.lines).toEqual(['A note.', 'About 30 s.']);
  expect(labels(reply)).toEqual([['Cancel']]);
  const wide = waiting(aRequest(), { generationId: anId(), ahead: 1, etaSeconds: 30, etaHighSeconds: 170, notes: [] });
  expect(wide.headline).toBe('Accepted. 1 job before yours.');
  expect(wide.lines).toEqual(['About 30 s; nine times in ten within 3 min.']);
});

it('shows four pictures with a button each to enlarge and to vary', () => {
  const images = [0, 1, 2, 3].map((index) => anImage({ index, seed: 7 + index }));
  const reply = outcome(aGeneration({ images }));
  expect(labels(reply).slice(0, 2)).toEqual([
    ['U1', 'U2', 'U3', 'U4'],
    ['V1', 'V2', 'V3', 'V4'],
  ]);
  expect(reply.lines).toContain('Seeds 7, 8, 9, 10.');
  const codes = reply.buttons.flat().map(({ action }) => encodeAction(action));
  expect(new Set(codes).size).toBe(codes.length);
  expect(reply.buttons.every((row) => row.length <= 5)).toBe(true);
});

it('ends a failure with one sentence a person can use, a case number and a way to try again', () => {
  const reply = outcome(
    aGeneration({ status: 'failed', images: [], error: { code: 'engine_hung', message: 'SIGKILL pid 7' } }),
  );
  expect(reply.state).toBe('failed');
  expect(reply.headline).not.toContain('SIGKILL');
  expect(reply.lines[0]).toMatch(/^Case /);
  expect(labels(reply)[0]).toContain('🔁 Try again');
});

it('keeps the details to the person who asked for them', () => {
  const reply = details(aGeneration());
  expect(reply.private).toBe(true);
  expect(reply.lines).toContain('Sampler: ddim');
});

it('shows a preview while it works', () => {
  const preview = { key: 'k', bytes: 10, width: 64, height: 64 };
  expect(working(aGeneration(), { generationId: anId(), step: 3, total: 20, preview })).toMatchObject({
    progress: { step: 3, total: 20 },
    preview: { key: 'k' },
  });
});
