import type { GenerationView, Records } from '../core/records.ts';
import type { Sender } from '../core/studio.ts';

/** Whether somebody asked for it, from whichever of their accounts. */
export const ownerOf =
  (records: Pick<Records, 'personOf'>) =>
  async (sender: Sender, { personId }: Pick<GenerationView, 'personId'>): Promise<boolean> =>
    (await records.personOf(sender)) === personId;
