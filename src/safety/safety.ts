import { hkdfSync } from 'node:crypto';
import type { Logger } from '../core/log.ts';
import type { Classify, Picture } from '../core/picture.ts';
import type { Safety } from '../core/safety.ts';
import type { UploadBounds } from '../core/upload-bounds.ts';
import { encodeAnimation } from './animation.ts';
import type { MasterKey } from './key.ts';
import { judgePicture, PICTURE_POLICY, type PicturePolicy, strictly } from './picture.ts';
import { createPromptJudge } from './prompt/judge.ts';
import { encodePng } from './provenance.ts';
import { createCleanse } from './upload/cleanse.ts';
import { judgeUpload } from './upload/judge.ts';
import { UPLOAD_LIMITS } from './upload/limits.ts';
import type { TriedManner } from './watermark/mark.ts';
import { createWatermarkThread } from './watermark/thread.ts';

export interface SafetyDeps {
  /** Absent: pictures pass unseen, with a warning now and a note in every verdict. */
  classify?: Classify | undefined;
  /** 32 bytes. */
  key: Uint8Array;
  keyId: string;
  /** Keys that marked before this one; still read. */
  earlier?: readonly MasterKey[];
  log: Logger;
  policy?: Partial<PicturePolicy>;
  /** What may be handed in. */
  uploads?: UploadBounds;
}

/** Prompt rules, picture verdicts, watermark and provenance in one. */
export function createSafety({ classify, key, keyId, earlier = [], log, policy, uploads }: SafetyDeps): Safety {
  if (!classify) log.warn('no picture classifier: pictures are shown without a check of their content');
  const thresholds = { ...PICTURE_POLICY, ...policy };
  const onError = (err: unknown) => log.error({ err }, 'picture classifier failed');
  const ring = [{ key, keyId }, ...earlier];
  const watermark = createWatermarkThread(ring.map(({ key }) => subkey(key, 'watermark-v1')));
  const judge = (picture: Picture) => judgePicture({ classify, onError }, picture, thresholds);
  return {
    judgePrompt: createPromptJudge(),
    judgePicture: async (picture, { handedIn = false } = {}) =>
      handedIn ? strictly(await judge(picture)) : judge(picture),
    cleanse: createCleanse({ ...UPLOAD_LIMITS, ...uploads }),
    judgeUpload: ({ samples }) => judgeUpload(judge, samples),
    async mark(picture, code, like?: TriedManner) {
      const marked = await watermark.mark(picture, code, like);
      if (marked.strength === 'weak') log.debug({ width: picture.width, height: picture.height }, 'watermark is weak');
      return { ...marked, keyId };
    },
    encode: async (shown, about) =>
      'frames' in shown
        ? { bytes: await encodeAnimation(shown, about), mime: 'image/webp' }
        : { bytes: await encodePng(shown, about), mime: 'image/png' },
    async readMark(shown) {
      const found = await watermark.read(shown);
      return found && { code: found.code, keyId: ring[found.keyAt]!.keyId };
    },
  };
}

/** One key per purpose, so that no use of one tells about another. RFC 5869. */
const subkey = (key: Uint8Array, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), purpose, 32));
