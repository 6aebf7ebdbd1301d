import pino from 'pino';
import { expect, it, vi } from 'vitest';
import type { JobProgress } from '../../../src/core/job.ts';
import { createReporter } from '../../../src/queue/preview.ts';
import { anId } from '../../fixtures.ts';

const picture = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3) };

function reporter(decision: 'allow' | 'hide', everyMs = 0) {
  const told: JobProgress[] = [];
  const deleted: string[] = [];
  const made = createReporter(
    {
      broker: { publish: async (signal) => void (signal.kind === 'progress' && told.push(signal.progress)) },
      objects: { put: async () => ({ key: 'preview', sha256: '' }), delete: async (key) => void deleted.push(key) },
      safety: { judgePicture: async () => ({ stage: 'picture', decision, rule: 'none', detector: 'test' }) },
      log: pino({ level: 'silent' }),
    },
    { generationId: anId(), everyMs, previewEveryMs: 0 },
  );
  return { ...made, told, deleted };
}

it('keeps a preview that came with a dropped step for the next one, and shows it until there is a newer', async () => {
  const { report, told, end, deleted } = reporter('allow');
  report({ step: 1, total: 9 });
  report({ step: 2, total: 9, preview: picture }); // dropped: step 1 is still being told
  await vi.waitUntil(() => told.length === 1);
  await new Promise(setImmediate);
  report({ step: 3, total: 9 });
  await vi.waitUntil(() => told.length === 2);
  await new Promise(setImmediate);
  report({ step: 4, total: 9 });
  await vi.waitUntil(() => told.length === 3);
  expect(told.map(({ step, preview }) => [step, preview?.key])).toEqual([
    [1, undefined],
    [3, 'preview'],
    [4, 'preview'],
  ]);
  await end();
  expect(deleted).toEqual(['preview']);
});

it('says that it is finishing, however soon after the last step and while that is still being told', async () => {
  const { report, told } = reporter('allow', 60_000);
  report({ step: 9, total: 9, preview: picture });
  report({ step: 0, total: 300, finishing: true });
  report({ step: 1, total: 300, finishing: true });
  await vi.waitUntil(() => told.length === 2);
  expect(told[0]).not.toHaveProperty('finishing');
  expect(told[1]).toMatchObject({ step: 0, total: 300, finishing: true });
});

it('shows no preview that moderation would not show as it is', async () => {
  const { report, told } = reporter('hide');
  report({ step: 1, total: 9, preview: picture });
  await vi.waitUntil(() => told.length === 1);
  expect(told[0]!.preview).toBeUndefined();
});

it('does not hold a job up for a word that nobody takes', { timeout: 5_000 }, async () => {
  const made = createReporter(
    {
      broker: { publish: () => new Promise(() => {}) },
      objects: { put: async () => ({ key: 'preview', sha256: '' }), delete: async () => {} },
      safety: { judgePicture: async () => ({ stage: 'picture', decision: 'allow', rule: 'none', detector: 'test' }) },
      log: pino({ level: 'silent' }),
    },
    { generationId: anId(), everyMs: 0, previewEveryMs: 0 },
  );
  made.report({ step: 1, total: 9 });
  await made.end();
});
