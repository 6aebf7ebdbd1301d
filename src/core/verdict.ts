/** A moderation decision. Written down before anything it allows is seen. */
export const DECISIONS = ['allow', 'hide', 'refuse', 'review'] as const;
export type Decision = (typeof DECISIONS)[number];

export interface Verdict {
  stage: 'prompt' | 'picture' | 'upload';
  decision: Decision;
  /** Which rule spoke, e.g. `sexual-minors`, `nsfw-score`, `none`. */
  rule: string;
  /** 0–1 where the rule has a score. */
  score?: number;
  /** Rule list version or classifier hash. */
  detector: string;
  /** For the person: which rule, never which word. */
  reason?: string;
}
