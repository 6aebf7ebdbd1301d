/** Each interaction to its handler. Whatever goes wrong becomes one private sentence; nothing escapes. */
import {
  type ChatInputCommandInteraction,
  type Interaction,
  MessageFlags,
  type RepliableInteraction,
} from 'discord.js';
import { AppError, toAppError } from '../../core/errors.ts';
import type { Deps } from '../ask.ts';
import { COMMANDS, type Command } from '../commands.ts';
import { history, status } from '../jobs.ts';
import { refusal } from '../present.ts';
import { type Answer, type AnswerDeps, createAnswer } from './answer.ts';
import { onBrush } from './brush.ts';
import { answersPrivately, asksWhich, onPicked, onPress, pickOf } from './buttons.ts';
import { STYLIZE_THIS } from './commands.ts';
import { addressOf, senderOf } from './person.ts';
import { optionsOf } from './pictures-given.ts';
import { onTyping } from './suggestions.ts';
import { onModal, onThisImage, type ThisImageDeps } from './this-image.ts';
import { facts, isDiscords, toPlatformError } from './trouble.ts';

type InteractionDeps = Deps & AnswerDeps & ThisImageDeps;

export const onInteraction =
  (deps: InteractionDeps) =>
  async (interaction: Interaction): Promise<void> => {
    const log = deps.log.child({ interaction: interaction.id });
    if (interaction.isAutocomplete())
      return onTyping(deps, interaction).catch((caught: unknown) => log.warn(facts(caught), 'suggestions not shown'));
    if (!interaction.isRepliable()) return;
    const manner = { privately: isPrivate(interaction), opensForm: opensForm(interaction) };
    const answer = createAnswer({ ...deps, log }, interaction, manner);
    try {
      await handle({ ...deps, log }, interaction, answer);
    } catch (caught) {
      const error = isDiscords(caught) ? toPlatformError(caught) : toAppError(caught);
      if (error.code === 'internal') log.error({ err: error }, 'interaction failed');
      else log.info(facts(caught), 'interaction refused');
      await answer.tell(refusal(error)).catch((caught: unknown) => log.warn(facts(caught), 'refusal not shown'));
    } finally {
      answer.end();
    }
  };

async function handle(deps: InteractionDeps, interaction: RepliableInteraction, answer: Answer): Promise<void> {
  if (interaction.isButton() || interaction.isStringSelectMenu()) return onPress(deps, interaction, answer);
  if (interaction.isMessageContextMenuCommand()) return onThisImage(deps, interaction, answer);
  if (interaction.isModalSubmit()) {
    const pick = pickOf(interaction);
    return pick ? onPicked(deps, interaction, pick, answer) : onModal(deps, interaction, answer);
  }
  if (interaction.isChatInputCommand()) return onCommand(deps, interaction, answer);
  throw unknown();
}

async function onCommand(
  deps: InteractionDeps,
  interaction: ChatInputCommandInteraction,
  answer: Answer,
): Promise<void> {
  const { id: eventId, commandName } = interaction;
  const sender = senderOf(interaction);
  if (commandName === 'brush') return onBrush(deps, interaction, answer);
  if (commandName === 'status') return answer.tell(await status(deps.studio, sender));
  if (commandName === 'history') return answer.tell(await history(deps.studio, sender));
  if (!Object.hasOwn(COMMANDS, commandName)) throw unknown();
  const { run }: Command = COMMANDS[commandName as keyof typeof COMMANDS];
  const options = await optionsOf(deps, interaction, interaction.options.data);
  await run(deps, { eventId, sender, address: addressOf(interaction), options }, answer.acknowledge);
}

const unknown = () => new AppError('not_found', 'That command is no longer in use. Type /imagine to make a picture.');

/** Commands that answer their person only. */
const TOLD: ReadonlySet<string> = new Set(['brush', 'status', 'history']);

function isPrivate(interaction: RepliableInteraction): boolean {
  if (interaction.isButton() || interaction.isStringSelectMenu()) return answersPrivately(interaction);
  if (interaction.isModalSubmit()) return interaction.message?.flags.has(MessageFlags.Ephemeral) ?? false;
  if (!interaction.isChatInputCommand()) return false;
  const asked = interaction.options.data.some(({ name, value }) => name === 'private' && value === true);
  return asked || TOLD.has(interaction.commandName);
}

/** Nothing may come before a form. */
const opensForm = (interaction: RepliableInteraction): boolean =>
  interaction.isButton()
    ? asksWhich(interaction)
    : interaction.isMessageContextMenuCommand() && interaction.commandName === STYLIZE_THIS;
