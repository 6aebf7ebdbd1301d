/** Plain orders, plans and outcomes for tests of the records. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Recipe } from '../../../src/core/recipe.ts';
import type { NewImage, Outcome } from '../../../src/core/records.ts';
import { Request, type RequestInput } from '../../../src/core/request.ts';
import type { Order } from '../../../src/core/studio.ts';
import type { Verdict } from '../../../src/core/verdict.ts';

export const aRequest = (request: Partial<Extract<RequestInput, { kind: 'imagine' }>> = {}): Request =>
  Request.parse({ kind: 'imagine', prompt: 'two red apples', ...request });

export const anOrder = (order: Partial<Order> = {}): Order => ({
  eventId: randomUUID(),
  sender: { platform: 'web', accountId: 'anna', name: 'Anna', space: { id: 'home', name: 'Home' } },
  request: aRequest(),
  address: { platform: 'web', session: 'tab-1' },
  ...order,
});

export const aRecipe = (): Recipe => ({
  ...{ v: 1, kind: 'imagine', prompt: 'two red apples', negativePrompt: '', seed: 0, count: 1, steps: 20 },
  ...{ sampler: 'euler', guidance: 7, width: 128, height: 128 },
  model: { name: 'sticker-diffusion', version: '1', sha256: 'a'.repeat(64) },
});

export const aPlan = () => ({ recipe: aRecipe(), cost: 2, notes: ['“crimson” was understood as “red”.'] });

export const allowed: Verdict = { stage: 'prompt', decision: 'allow', rule: 'none', detector: 'rules-1' };
export const refused: Verdict = { ...allowed, decision: 'refuse', rule: 'sexual-minors', reason: 'Not here.' };

export const anImage = (image: Partial<NewImage> = {}): NewImage => ({
  ...{ index: 0, seed: 4294967295, sha256: 'b'.repeat(64), pixelSha256: 'c'.repeat(64), width: 512, height: 512 },
  ...{ bytes: 1000, mime: 'image/png', key: 'ab/cd/abcd.png', altText: 'AI-generated image: two red apples' },
  hidden: false,
  verdict: { stage: 'picture', decision: 'allow', rule: 'nsfw-score', score: 0.01, detector: 'classifier-1' },
  watermark: { code: BigInt(`0x${randomBytes(8).toString('hex')}`), keyId: 'k1', strength: 'normal' },
  ...image,
});

export const anOutcome = (images = [anImage()]): Outcome => ({
  images,
  fingerprint: 'cpu-1',
  timings: { totalMs: 1000, runMs: 950 },
});
