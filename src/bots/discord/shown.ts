/** Which of our generations a message shows. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GenerationView } from '../../core/records.ts';
import type { Studio } from '../../core/studio.ts';

const MOMENT_MS = 1500;

/** Of a message of our own. A picture is seen a moment before it is written down as shown. */
export async function shownIn(
  studio: Pick<Studio, 'findByMessage'>,
  message: string,
  waitMs = MOMENT_MS,
): Promise<GenerationView | undefined> {
  const found = await studio.findByMessage('discord', message);
  if (found) return found;
  await sleep(waitMs);
  return studio.findByMessage('discord', message);
}
