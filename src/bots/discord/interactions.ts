/** Each interaction to its handler. Whatever goes wrong becomes one private sentence; nothing escapes. */
import type { Interaction } from 'discord.js';
import { AppError, toAppError } from '../../core/errors.ts';
import type { Deps } from '../imagine.ts';
import { type AnswerDeps, createAnswer } from './answer.ts';
import { onButton } from './buttons.ts';
import { IMAGINE } from './commands.ts';
import { onImagine } from './imagine.ts';
import { onTyping } from './suggestions.ts';
import { isDiscords, toPlatformError } from './trouble.ts';

export const onInteraction =
  (deps: Deps & AnswerDeps) =>
  async (interaction: Interaction): Promise<void> => {
    const log = deps.log.child({ interaction: interaction.id });
    if (interaction.isAutocomplete())
      return onTyping(deps, interaction).catch((err: unknown) => log.warn({ err }, 'suggestions not shown'));
    if (!interaction.isRepliable()) return;
    const answer = createAnswer({ ...deps, log }, interaction);
    try {
      if (interaction.isButton()) await onButton({ ...deps, log }, interaction, answer);
      else if (interaction.isChatInputCommand() && interaction.commandName === IMAGINE.name)
        await onImagine({ ...deps, log }, interaction, answer);
      else throw new AppError('not_found', 'That command is no longer in use. Type /imagine to make a picture.');
    } catch (caught) {
      const error = isDiscords(caught) ? toPlatformError(caught) : toAppError(caught);
      log[error.code === 'internal' ? 'error' : 'info']({ err: error, code: error.code }, 'interaction refused');
      await answer.refuse(error).catch((err: unknown) => log.warn({ err }, 'refusal not shown'));
    }
  };
