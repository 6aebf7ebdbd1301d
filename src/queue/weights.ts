/** Shares in the queue: a weight of two gets twice the work done of a weight of one. */
import type { FairWeights } from '../core/config.ts';
import type { Sender } from '../core/studio.ts';

/** The highest that any of a person's roles gives them, times that of their space. */
export function weightOf({ roles, spaces }: FairWeights, { platform, roles: has = [], space }: Sender): number {
  const given = has.flatMap((role) => roles[`${platform}:${role}`] ?? []);
  const own = given.length > 0 ? Math.max(...given) : 1;
  return own * ((space && spaces[space.id]) ?? 1);
}
