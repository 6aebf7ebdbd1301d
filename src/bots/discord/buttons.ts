/** A press of one of our buttons, or a choice from a menu. Everything it needs is in its id and in the records, so it works after any restart. */
import {
  type ButtonInteraction,
  MessageFlags,
  type ModalSubmitInteraction,
  type StringSelectMenuInteraction,
} from 'discord.js';
import { type Action, decodeAction, type Verb } from '../../core/action.ts';
import { AppError } from '../../core/errors.ts';
import type { Deps } from '../ask.ts';
import { picked } from '../pick.ts';
import { press } from '../press.ts';
import type { Answer } from './answer.ts';
import { pickModal, readModal } from './modal.ts';
import { addressOf, senderOf } from './person.ts';

type Pressed = ButtonInteraction | StringSelectMenuInteraction;

/** Their effect is seen on the message itself. */
const QUIET: ReadonlySet<Verb> = new Set(['cancel', 'delete']);
/** For one person. */
const TOLD: ReadonlySet<Verb> = new Set(['details', 'before', 'show']);

const actionOf = (interaction: Pressed) =>
  decodeAction(interaction.isStringSelectMenu() ? (interaction.values[0] ?? '') : interaction.customId);

/** What comes of a private message stays private. */
export function answersPrivately(interaction: Pressed): boolean {
  const action = actionOf(interaction);
  return (action && TOLD.has(action.verb)) || isEphemeral(interaction);
}

const isEphemeral = ({ message }: Pressed | ModalSubmitInteraction) =>
  message?.flags.has(MessageFlags.Ephemeral) ?? false;

/** Which of many, typed into the form of a button that could not list them. */
export const pickOf = (interaction: ModalSubmitInteraction): Action | undefined => {
  const action = decodeAction(interaction.customId);
  return action?.verb === 'pick' ? action : undefined;
};

export const asksWhich = (interaction: Pressed): boolean => actionOf(interaction)?.verb === 'pick';

export async function onPicked(
  deps: Deps,
  interaction: ModalSubmitInteraction,
  pick: Action,
  answer: Answer,
): Promise<void> {
  const action = await picked(deps.studio, pick, readModal(interaction).which ?? '');
  const reply = await press(deps, eventOf(interaction, action), answer.acknowledge);
  if (reply) await answer.tell(reply);
}

const eventOf = (interaction: Pressed | ModalSubmitInteraction, action: Action) => ({
  eventId: interaction.id,
  sender: senderOf(interaction),
  address: addressOf(interaction),
  action,
  privately: isEphemeral(interaction),
});

export async function onPress(deps: Deps, interaction: Pressed, answer: Answer): Promise<void> {
  const action = actionOf(interaction);
  if (!action) throw new AppError('not_found', 'That button is no longer in use. Type /imagine to make a picture.');
  if (action.verb === 'pick') return answer.open(pickModal(action));
  if (QUIET.has(action.verb)) await answer.quietly();
  const reply = await press(deps, eventOf(interaction, action), answer.acknowledge);
  if (reply && !QUIET.has(action.verb)) await answer.tell(reply);
  if (action.verb === 'delete') await answer.removePressed().catch(() => {}); // gone already, most likely
}
