/** Whether a picture that somebody hands in may be kept: judged like one of ours, and more strictly. */
import type { Picture } from '../../core/picture.ts';
import type { Verdict } from '../../core/verdict.ts';
import { strictly } from '../picture.ts';

const REASONS: Readonly<Record<string, string>> = {
  'classifier-failed': 'The picture could not be checked, so it was not kept. Please send it again.',
};
const REASON = 'That picture looks explicit or suggestive. Such pictures are not taken here; nothing of it was kept.';

/** The verdict on the worst of its samples. */
export async function judgeUpload(
  judge: (picture: Picture) => Promise<Verdict>,
  samples: readonly Picture[],
): Promise<Verdict> {
  let worst: Verdict | undefined;
  for (const sample of samples) {
    const { reason: _, ...verdict } = strictly(await judge(sample));
    if (verdict.decision === 'refuse') return { ...verdict, stage: 'upload', reason: REASONS[verdict.rule] ?? REASON };
    if (!worst || (verdict.score ?? 0) > (worst.score ?? 0)) worst = { ...verdict, stage: 'upload' };
  }
  if (!worst) throw new TypeError('A picture without anything to see.');
  return worst;
}
