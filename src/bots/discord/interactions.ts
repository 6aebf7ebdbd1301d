/** Each interaction to its handler. Whatever goes wrong becomes one private sentence; nothing escapes. */
import type { ButtonInteraction, ChatInputCommandInteraction, Interaction } from 'discord.js';
import { AppError, toAppError } from '../../core/errors.ts';
import type { Deps } from '../imagine.ts';
import { refusal } from '../present.ts';
import { type Answer, type AnswerDeps, createAnswer } from './answer.ts';
import { answersPrivately, onButton } from './buttons.ts';
import { IMAGINE } from './commands.ts';
import { onImagine } from './imagine.ts';
import { onTyping } from './suggestions.ts';
import { facts, isDiscords, toPlatformError } from './trouble.ts';

export const onInteraction =
  (deps: Deps & AnswerDeps) =>
  async (interaction: Interaction): Promise<void> => {
    const log = deps.log.child({ interaction: interaction.id });
    if (interaction.isAutocomplete())
      return onTyping(deps, interaction).catch((caught: unknown) => log.warn(facts(caught), 'suggestions not shown'));
    if (!interaction.isChatInputCommand() && !interaction.isButton()) return;
    const privately = interaction.isButton()
      ? answersPrivately(interaction)
      : interaction.options.data.some(({ name, value }) => name === 'private' && value === true);
    const answer = createAnswer({ ...deps, log }, interaction, { privately });
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

async function handle(
  deps: Deps,
  interaction: ChatInputCommandInteraction | ButtonInteraction,
  answer: Answer,
): Promise<void> {
  if (interaction.isButton()) return onButton(deps, interaction, answer);
  if (interaction.commandName === IMAGINE.name) return onImagine(deps, interaction, answer);
  throw new AppError('not_found', 'That command is no longer in use. Type /imagine to make a picture.');
}
