/**
 * “Stylize this image” and “Enlarge this image” in the menu of any message. Discord shows the message's attachments only
 * now, so their links are kept until the form comes back; after a restart the message is asked for again.
 */
import type { MessageContextMenuCommandInteraction, ModalSubmitInteraction } from 'discord.js';
import { AppError } from '../../core/errors.ts';
import type { Deps } from '../ask.ts';
import { COMMANDS } from '../commands.ts';
import type { GivenPicture } from '../given-picture.ts';
import { indexOf } from '../pick.ts';
import { isSeeded } from '../wording.ts';
import type { Answer } from './answer.ts';
import { MOST_CHOICES, STYLIZE_THIS } from './commands.ts';
import { decodeTarget, encodeTarget, modal, readModal, type Target } from './modal.ts';
import { addressOf, senderOf } from './person.ts';
import { attachedTo, fetched, type PictureDeps, picturesOf } from './pictures-given.ts';
import { shownIn } from './shown.ts';

/** Links to the pictures of messages, by the form that was opened for them, newest last. */
export type Remembered = Map<string, { name: string; url: string }[]>;

export type ThisImageDeps = Deps & PictureDeps & { remembered: Remembered };

/** Half the time there is for a form. */
const MOMENT_MS = 1000;
const MOST_REMEMBERED = 500;

export async function onThisImage(
  deps: ThisImageDeps,
  interaction: MessageContextMenuCommandInteraction,
  answer: Answer,
): Promise<void> {
  const { commandName, channelId, targetId: messageId, targetMessage } = interaction;
  const what = commandName === STYLIZE_THIS ? 'stylize' : 'upscale';
  const mayBeOurs = targetMessage.author.id === interaction.client.user.id;
  const ours = mayBeOurs && (await shownIn(deps.studio, messageId, MOMENT_MS));
  const links = [...targetMessage.attachments.values()].map(({ name, url, contentType }) => ({
    filename: name,
    url,
    content_type: contentType ?? undefined,
  }));
  const attached = picturesOf({ attachments: links as never }).map(({ filename: name, url }) => ({ name, url }));
  const names = ours
    ? ours.images.map(({ seed }, i) => (isSeeded(ours.recipe) ? `${i + 1}: seed ${seed}` : `${i + 1}`))
    : attached.map(({ name }, i) => `${i + 1}: ${name}`);
  if (names.length === 0) throw new AppError('invalid_request', 'There is no picture attached to that message.');
  const target: Target = { what, channelId, messageId };
  if (!ours) remember(deps.remembered, target, attached);
  if (what === 'upscale' && names.length === 1) return order(deps, interaction, answer, target, {});
  await answer.open(modal(target, { pictures: names, brushes: deps.studio.brushes() }));
}

export async function onModal(deps: ThisImageDeps, interaction: ModalSubmitInteraction, answer: Answer): Promise<void> {
  const target = decodeTarget(interaction.customId);
  if (target?.channelId !== interaction.channelId)
    throw new AppError('not_found', 'That form is no longer in use. Choose the command again.');
  await order(deps, interaction, answer, target, readModal(interaction));
}

async function order(
  deps: ThisImageDeps,
  interaction: MessageContextMenuCommandInteraction | ModalSubmitInteraction,
  answer: Answer,
  target: Target,
  { picture = '0', ...options }: Record<string, string>,
): Promise<void> {
  const event = { eventId: interaction.id, sender: senderOf(interaction), address: addressOf(interaction) };
  const given = await chosen(deps, target, picture);
  const { run } = COMMANDS[target.what];
  await run(deps, { ...event, options: { ...options, picture: given } }, answer.acknowledge);
}

/** `said`: a place from 0, or what was typed where there are too many to choose from. */
async function chosen(deps: ThisImageDeps, target: Target, said: string): Promise<GivenPicture> {
  const { channelId, messageId } = target;
  const ours = await deps.studio.findByMessage('discord', messageId);
  if (ours) return { id: `${ours.id}#${(ours.images.length > MOST_CHOICES ? indexOf(ours, said) : Number(said)) + 1}` };
  const links = deps.remembered.get(encodeTarget(target)) ?? (await attachedTo(deps, channelId, messageId));
  const link = links[Number(said)];
  if (!link) throw new AppError('invalid_request', 'That picture is no longer attached to the message.');
  return fetched(deps, link);
}

function remember(remembered: Remembered, target: Target, links: { name: string; url: string }[]): void {
  const form = encodeTarget(target);
  remembered.delete(form);
  remembered.set(form, links);
  for (const oldest of remembered.keys()) if (remembered.size > MOST_REMEMBERED) remembered.delete(oldest);
}
