/** Choices while someone types, from memory: three seconds are no time to ask anyone. */
import { type AutocompleteInteraction, InteractionResponseType } from 'discord.js';
import { samplerLabel, samplersLike } from '../../core/sampler.ts';
import type { Studio } from '../../core/studio.ts';
import type { Api } from './api.ts';
import { MOST_CHOICES } from './commands.ts';
import { cut } from './escape.ts';

const LONGEST = 100;

type Named = Pick<Studio, 'models' | 'styles'>;

export async function onTyping(
  { api, studio }: { api: Api; studio: Named },
  interaction: AutocompleteInteraction,
): Promise<void> {
  const { name, value } = interaction.options.getFocused(true);
  const { id, applicationId, token } = interaction;
  const choices = offered[name as keyof typeof offered]?.(studio, value) ?? [];
  await api.answer(
    id,
    { applicationId, token },
    { type: InteractionResponseType.ApplicationCommandAutocompleteResult, data: { choices } },
  );
}

/** What each option offers. */
const offered = {
  model: (studio: Named, typed: string) => matching(studio.models(), typed),
  style: (studio: Named, typed: string) => matching(studio.styles(), typed),
  sampler: (_: Named, typed: string) =>
    samplersLike(typed, MOST_CHOICES).map((name) => ({ name: samplerLabel(name), value: name })),
};

const matching = (known: ReturnType<Studio['models']>, typed: string) =>
  known
    .filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(typed.trim().toLowerCase()))
    .filter(({ name }) => name.length <= LONGEST)
    .slice(0, MOST_CHOICES)
    .map(({ name, title }) => ({ name: cut(title || name, LONGEST), value: name }));
