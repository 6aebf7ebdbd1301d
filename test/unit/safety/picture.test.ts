import { expect, it, vi } from 'vitest';
import type { Picture } from '../../../src/core/picture.ts';
import { judgePicture, judgeProbabilities, PICTURE_POLICY, strictly } from '../../../src/safety/picture.ts';

const blank: Picture = { width: 1, height: 1, data: new Uint8Array(3) };
const scores = (over: Record<string, number> = {}) => ({
  Drawing: 0.1,
  Hentai: 0,
  Neutral: 0.9,
  Porn: 0,
  Sexy: 0,
  ...over,
});

it.each([
  [{}, 'allow', 'none'],
  [{ Hentai: 0.05 }, 'allow', 'none'], // the most that 576 harmless pictures reached
  [{ Hentai: 0.12, Porn: 0.1 }, 'hide', 'explicit-picture'],
  [{ Hentai: 0.2, Porn: 0.2 }, 'refuse', 'explicit-picture'],
  [{ Sexy: 0.5, Porn: 0.1 }, 'hide', 'suggestive-picture'],
  [{ Sexy: 0.95 }, 'hide', 'suggestive-picture'],
  [{ Porn: Number.NaN }, 'refuse', 'classifier-failed'],
])('judges %j as %s, %s', (over, decision, rule) => {
  expect(judgeProbabilities(scores(over))).toMatchObject({ stage: 'picture', decision, rule });
});

it('shows nothing that would be hidden where somebody handed a picture in', () => {
  const strictOf = (over: Record<string, number>) => strictly(judgeProbabilities(scores(over)));
  expect(strictOf({})).toMatchObject({ decision: 'allow' });
  expect(strictOf({ Sexy: 0.7 })).toMatchObject({ decision: 'refuse', rule: 'explicit-from-upload', score: 0.7 });
  expect(strictOf({ Porn: 0.25 }).reason).toContain('handed in');
  expect(strictOf({ Porn: 0.9 })).toMatchObject({ decision: 'refuse', rule: 'explicit-picture' });
});

it('refuses when a label is missing', () => {
  expect(judgeProbabilities({ cat: 1 })).toMatchObject({ decision: 'refuse', rule: 'classifier-failed' });
});

it('never becomes milder as a picture becomes more explicit', () => {
  const order = ['allow', 'hide', 'refuse'];
  const decisions = Array.from({ length: 101 }, (_, i) =>
    order.indexOf(judgeProbabilities(scores({ Porn: i / 100 })).decision),
  );
  expect(decisions).toEqual([...decisions].sort());
});

it('allows without a classifier, and says so', async () => {
  expect(await judgePicture({ onError: () => {} }, blank)).toMatchObject({ decision: 'allow', rule: 'no-classifier' });
});

it('refuses when the classifier fails or does not answer in time', async () => {
  const onError = vi.fn();
  const failing = async () => Promise.reject(new Error('gone'));
  const silent = () => new Promise<never>(() => {});
  expect(await judgePicture({ classify: failing, onError }, blank)).toMatchObject({
    decision: 'refuse',
    rule: 'classifier-failed',
  });
  const impatient = { ...PICTURE_POLICY, timeoutMs: 20 };
  expect(await judgePicture({ classify: silent, onError }, blank, impatient)).toMatchObject({
    rule: 'classifier-failed',
  });
  expect(onError).toHaveBeenCalledTimes(2);
});
