/** Lets everything pass and marks nothing: for measurements of what comes before it. */
import { randomUUID } from 'node:crypto';
import type { Safety } from '../../src/core/safety.ts';

const allow = { decision: 'allow', rule: 'none', detector: 'bench' } as const;

export const plainSafety: Safety = {
  judgePrompt: () => ({ stage: 'prompt', ...allow }),
  judgePicture: async () => ({ stage: 'picture', ...allow }),
  mark: async (picture) => ({ picture, keyId: 'k', strength: 'normal' }),
  encode: async () => ({ bytes: Buffer.from(randomUUID()), mime: 'image/png' }),
  readMark: async () => undefined,
  cleanse: () => Promise.reject(new Error('nothing is handed in here')),
  judgeUpload: async () => ({ stage: 'upload', ...allow }),
};
