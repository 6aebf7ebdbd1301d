/** Choices while someone types, from memory: three seconds are no time to ask anyone. */
import { type AutocompleteInteraction, InteractionResponseType } from 'discord.js';
import { samplerLabel, samplersLike } from '../../core/sampler.ts';
import type { Studio } from '../../core/studio.ts';
import type { Named } from '../closest.ts';
import { COMMANDS } from '../commands.ts';
import type { OptionTable } from '../option-table.ts';
import type { Api } from './api.ts';
import { BRUSH, MOST_CHOICES } from './commands.ts';
import { cut } from './escape.ts';

const LONGEST = 100;

type Known = Pick<Studio, 'models' | 'styles' | 'brushes' | 'attributes'>;
type Choice = { name: string; value: string };

export async function onTyping(
  { api, studio }: { api: Api; studio: Known },
  interaction: AutocompleteInteraction,
): Promise<void> {
  const { name, value } = interaction.options.getFocused(true);
  const { id, applicationId, token, commandName } = interaction;
  await api.answer(
    id,
    { applicationId, token },
    {
      type: InteractionResponseType.ApplicationCommandAutocompleteResult,
      data: { choices: choices(studio, commandName, name, value).slice(0, MOST_CHOICES) },
    },
  );
}

const TABLES: Readonly<Record<string, OptionTable>> = {
  ...Object.fromEntries(Object.entries(COMMANDS).map(([name, { options }]) => [name, options])),
  brush: BRUSH,
};

function choices(studio: Known, command: string, option: string, typed: string): Choice[] {
  const { suggest } = TABLES[command]?.[option] ?? {};
  if (option === 'sampler')
    return samplersLike(typed, MOST_CHOICES).map((name) => ({ name: samplerLabel(name), value: name }));
  if (suggest === 'attributes') return continued(studio.attributes(), typed);
  const known: readonly Named[] = suggest ? studio[suggest]() : [];
  return matching(command === 'brush' ? [...known, { name: 'off', title: 'Off' }] : known, typed).map(
    ({ name, title, note }) => ({ name: cut(`${title || name}${note ? ` — ${note}` : ''}`, LONGEST), value: name }),
  );
}

/** What stands before the last comma stays. */
function continued(known: ReturnType<Studio['attributes']>, typed: string): Choice[] {
  const [, before = '', last = ''] = /^(.*[,;]\s*)?(.*)$/s.exec(typed) ?? [];
  const [, sign = '', word = ''] = /^([+-]|no\s+)?(.*)$/i.exec(last) ?? [];
  return matching(known, word).flatMap(({ title }) => {
    const text = `${before}${sign}${title}`;
    return text.length <= LONGEST ? [{ name: text, value: text }] : [];
  });
}

const matching = (known: readonly Named[], typed: string) =>
  known
    .filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(typed.trim().toLowerCase()))
    .filter(({ name }) => name.length <= LONGEST);
