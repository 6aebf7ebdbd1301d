/** From class probabilities to a verdict. Labels are those of models/picture-safety. */
import type { Classify, Picture } from '../core/picture.ts';
import type { Decision, Verdict } from '../core/verdict.ts';

export interface PicturePolicy {
  /** From this much Hentai + Porn on, a picture is not shown. */
  refuseExplicit: number;
  /** From this much on, it is hidden until asked for. */
  hideExplicit: number;
  /** The same for Sexy + Hentai + Porn: suggestive as a whole. */
  hideSuggestive: number;
  /** An answer later than this counts as none. */
  timeoutMs: number;
}

/**
 * The largest Hentai + Porn on 576 harmless pictures of our own kind was 0.051, the largest Sexy 0.004
 * (models/picture-safety/README.md), so these leave a margin of four on the harmless side.
 */
export const PICTURE_POLICY: PicturePolicy = {
  refuseExplicit: 0.4,
  hideExplicit: 0.2,
  hideSuggestive: 0.6,
  timeoutMs: 20_000,
};

/** Version of the thresholds; goes into every verdict. */
export const PICTURE_RULES = 'picture-rules-1';

const REASONS = {
  'explicit-from-upload':
    'The picture came out suggestive. From a picture that somebody handed in nothing of the kind is shown here.',
  'explicit-picture': 'The picture came out explicit, so it is not shown. Please try another prompt or seed.',
  'classifier-failed': 'The picture could not be checked, so it is not shown. Please try again.',
} as const;

const verdict = (decision: Decision, rule: string, score?: number): Verdict => ({
  stage: 'picture',
  decision,
  rule,
  detector: PICTURE_RULES,
  ...(score === undefined ? {} : { score }),
  ...(rule in REASONS ? { reason: REASONS[rule as keyof typeof REASONS] } : {}),
});

/** What these probabilities lead to. Fails closed: a label that is missing or not a number refuses. */
export function judgeProbabilities(probabilities: Readonly<Record<string, number>>, policy = PICTURE_POLICY): Verdict {
  const { Hentai, Porn, Sexy } = probabilities;
  const explicit = (Hentai ?? Number.NaN) + (Porn ?? Number.NaN);
  const suggestive = explicit + (Sexy ?? Number.NaN);
  if (!(suggestive >= 0)) return verdict('refuse', 'classifier-failed');
  if (explicit >= policy.refuseExplicit) return verdict('refuse', 'explicit-picture', explicit);
  if (explicit >= policy.hideExplicit) return verdict('hide', 'explicit-picture', explicit);
  if (suggestive >= policy.hideSuggestive) return verdict('hide', 'suggestive-picture', suggestive);
  return verdict('allow', 'none', explicit);
}

/** From a picture that somebody handed in, what would be hidden is not shown at all. */
export const strictly = (judged: Verdict): Verdict =>
  judged.decision === 'allow' || judged.decision === 'refuse'
    ? judged
    : verdict('refuse', 'explicit-from-upload', judged.score);

/** Asks the classifier, within the time allowed. Without one everything passes, and the verdict says so. */
export async function judgePicture(
  { classify, onError }: { classify?: Classify | undefined; onError: (error: unknown) => void },
  picture: Picture,
  policy = PICTURE_POLICY,
): Promise<Verdict> {
  if (!classify) return verdict('allow', 'no-classifier');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${policy.timeoutMs} ms`)), policy.timeoutMs);
  });
  try {
    return judgeProbabilities(await Promise.race([classify(picture), late]), policy);
  } catch (error) {
    onError(error);
    return verdict('refuse', 'classifier-failed');
  } finally {
    clearTimeout(timer);
  }
}
