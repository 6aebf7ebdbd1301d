/** Choices while someone types, from memory: three seconds are no time to ask anyone. */
import { type AutocompleteInteraction, InteractionResponseType } from 'discord.js';
import type { Studio } from '../../core/studio.ts';
import type { Api } from './api.ts';
import { cut } from './escape.ts';

/** As many as Discord shows. */
const MOST = 25;
const LONGEST = 100;

export async function onTyping(
  { api, studio }: { api: Api; studio: Pick<Studio, 'models' | 'styles'> },
  interaction: AutocompleteInteraction,
): Promise<void> {
  const { name, value } = interaction.options.getFocused(true);
  const { id, applicationId, token } = interaction;
  const choices = matching(name === 'model' ? studio.models() : name === 'style' ? studio.styles() : [], value);
  await api.answer(
    id,
    { applicationId, token },
    { type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices } },
  );
}

const matching = (known: ReturnType<Studio['models']>, typed: string) =>
  known
    .filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(typed.trim().toLowerCase()))
    .filter(({ name }) => name.length <= LONGEST)
    .slice(0, MOST)
    .map(({ name, title }) => ({ name: cut(title || name, LONGEST), value: name }));
