/** A press of one of our buttons. Everything it needs is in its id and in the records, so it works after any restart. */
import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { decodeAction, type Verb } from '../../core/action.ts';
import { AppError } from '../../core/errors.ts';
import type { Deps } from '../imagine.ts';
import { press } from '../press.ts';
import type { Answer } from './answer.ts';
import { addressOf, senderOf } from './person.ts';

/** Their effect is seen on the message itself. */
const QUIET: ReadonlySet<Verb> = new Set(['cancel', 'delete']);

/** Details are for one person; what comes of a private message stays private. */
export const answersPrivately = ({ customId, message }: ButtonInteraction): boolean =>
  decodeAction(customId)?.verb === 'details' || message.flags.has(MessageFlags.Ephemeral);

export async function onButton(deps: Deps, interaction: ButtonInteraction, answer: Answer): Promise<void> {
  const action = decodeAction(interaction.customId);
  if (!action) throw new AppError('not_found', 'That button is no longer in use. Type /imagine to make a picture.');
  if (QUIET.has(action.verb)) await answer.quietly();
  const reply = await press(
    deps,
    { eventId: interaction.id, sender: senderOf(interaction), address: addressOf(interaction), action },
    answer.acknowledge,
  );
  if (reply && !QUIET.has(action.verb)) await answer.tell(reply);
  if (action.verb === 'delete') await answer.removePressed().catch(() => {}); // gone already, most likely
}
