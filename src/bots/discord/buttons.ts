/** A press of one of our buttons, or a choice from a menu. Everything it needs is in its id and in the records, so it works after any restart. */
import { type ButtonInteraction, MessageFlags, type StringSelectMenuInteraction } from 'discord.js';
import { decodeAction, type Verb } from '../../core/action.ts';
import { AppError } from '../../core/errors.ts';
import type { Deps } from '../ask.ts';
import { press } from '../press.ts';
import type { Answer } from './answer.ts';
import { addressOf, senderOf } from './person.ts';

type Pressed = ButtonInteraction | StringSelectMenuInteraction;

/** Their effect is seen on the message itself. */
const QUIET: ReadonlySet<Verb> = new Set(['cancel', 'delete']);
/** For one person. */
const TOLD: ReadonlySet<Verb> = new Set(['details', 'before']);

const actionOf = (interaction: Pressed) =>
  decodeAction(interaction.isStringSelectMenu() ? (interaction.values[0] ?? '') : interaction.customId);

/** What comes of a private message stays private. */
export function answersPrivately(interaction: Pressed): boolean {
  const action = actionOf(interaction);
  return (action && TOLD.has(action.verb)) || interaction.message.flags.has(MessageFlags.Ephemeral);
}

export async function onPress(deps: Deps, interaction: Pressed, answer: Answer): Promise<void> {
  const action = actionOf(interaction);
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
