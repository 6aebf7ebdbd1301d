/** What is made, frame by frame: a picture is one, a picture that moves is many. */
import { createHash } from 'node:crypto';
import type { Animation, Made, Picture } from '../core/picture.ts';
import type { Manner, Safety } from '../core/safety.ts';
import type { Decision, Verdict } from '../core/verdict.ts';

/** Of a longer film so many frames are looked at, evenly spread, the first and the last among them. */
const MOST_JUDGED = 60;

export const framesOf = ({ picture, animation }: Pick<Made, 'picture' | 'animation'>): readonly Picture[] =>
  animation?.frames ?? [picture];

/** The verdict on the worst of them; the first that is refused ends it. */
export async function judgeFrames(
  safety: Pick<Safety, 'judgePicture'>,
  made: Made,
  circumstances?: Parameters<Safety['judgePicture']>[1],
): Promise<Verdict> {
  const different = [...new Map(framesOf(made).map((frame) => [frame.data, frame])).values()];
  let worst: Verdict | undefined;
  for (const frame of spread(different, MOST_JUDGED)) {
    const verdict = await safety.judgePicture(frame, circumstances);
    if (!worst || severity(verdict) > severity(worst)) worst = verdict;
    if (worst.decision === 'refuse') break;
  }
  return worst!;
}

const BY_SEVERITY = ['allow', 'hide', 'review', 'refuse'] as const satisfies readonly Decision[];
const severity = ({ decision, score = 0 }: Verdict) => BY_SEVERITY.indexOf(decision) + score;

function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);
}

/** The same mark in every frame; its strength is that of the weakest. */
export async function markFrames(
  safety: Pick<Safety, 'mark'>,
  made: Made,
  code: bigint,
  signal?: AbortSignal,
): Promise<{ shown: Picture | Animation; keyId: string; strength: 'normal' | 'weak' }> {
  const done = new Map<Uint8Array, Awaited<ReturnType<Safety['mark']>>>(); // a way back shows the same frames again
  let like: Manner | undefined;
  for (const frame of framesOf(made)) {
    signal?.throwIfAborted();
    if (done.has(frame.data)) continue;
    const marked = await safety.mark(frame, code, like);
    done.set(frame.data, marked);
    like = marked.manner;
  }
  const marks = [...done.values()];
  const { keyId } = marks[0]!;
  const strength = marks.some(({ strength }) => strength === 'weak') ? 'weak' : 'normal';
  const frames = framesOf(made).map(({ data }) => done.get(data)!.picture);
  return {
    shown: made.animation ? { frames, delaysMs: made.animation.delaysMs } : frames[0]!,
    ...{ keyId, strength },
  };
}

/** Of all pixels, before any mark. */
export function pixelSha256(made: Made): string {
  const hash = createHash('sha256');
  for (const { data } of framesOf(made)) hash.update(data);
  return hash.digest('hex');
}
