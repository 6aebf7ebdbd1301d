/** Moderation decisions as rows. Nobody can take them back: a trigger refuses. */
import type { Order } from '../core/studio.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Db } from './database.ts';

/** Whose order a verdict is about, in the platform's own ids. */
export const whose = ({ sender, eventId }: Order) => ({
  ...{ platform: sender.platform, eventId, accountId: sender.accountId },
  spaceId: sender.space?.id ?? null,
});

export async function writeVerdicts(
  tx: Db,
  verdicts: (Verdict & { imageIndex?: number })[],
  about: { generationId: string } | Omit<ReturnType<typeof whose>, 'eventId'>,
): Promise<void> {
  await tx.verdict.createMany({ data: verdicts.map((verdict) => ({ ...verdict, ...about })) });
}
