/** /imagine as Discord knows it, made from the shared table of options, and its registration. */
import {
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  InteractionContextType,
  type REST,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import type { Logger } from '../../core/log.ts';
import { OPTIONS } from '../options.ts';

type Command = RESTPostAPIChatInputApplicationCommandsJSONBody;

/** As many as Discord takes; longer lists are suggested while typing. */
export const MOST_CHOICES = 25;

/** Options whose list is open: suggestions come while typing. */
export const SUGGESTED: ReadonlySet<string> = new Set(['model', 'style']);

export const IMAGINE = {
  name: 'imagine',
  description: 'Make a picture from words',
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  options: Object.entries(OPTIONS).map(([name, option]) => toOption(name, option)),
} satisfies Command;

interface Described {
  type: 'text' | 'whole' | 'number' | 'flag';
  description: string;
  choices?: readonly string[];
  min?: number;
  max?: number;
}

function toOption(name: string, { type, description, choices, min, max }: Described): APIApplicationCommandOption {
  const shared = { name, description, required: name === 'prompt' };
  const bounds = { ...(min !== undefined && { min_value: min }), ...(max !== undefined && { max_value: max }) };
  if (type === 'flag') return { ...shared, type: ApplicationCommandOptionType.Boolean };
  if (type === 'whole') return { ...shared, type: ApplicationCommandOptionType.Integer, ...bounds };
  if (type === 'number') return { ...shared, type: ApplicationCommandOptionType.Number, ...bounds };
  const text = { ...shared, type: ApplicationCommandOptionType.String } as const;
  if (choices && choices.length <= MOST_CHOICES)
    return { ...text, choices: choices.map((choice) => ({ name: choice, value: choice })) };
  if (choices || SUGGESTED.has(name)) return { ...text, autocomplete: true };
  return { ...text, ...(max !== undefined && { max_length: max }) };
}

/** Makes Discord's list ours, unless it is already: writing counts against a daily limit. In one guild it is seen at once. */
export async function register(
  { rest, log }: { rest: REST; log: Logger },
  { applicationId, guildId }: { applicationId: string; guildId?: string | undefined },
): Promise<void> {
  const route = guildId
    ? Routes.applicationGuildCommands(applicationId, guildId)
    : Routes.applicationCommands(applicationId);
  const wanted: Command[] = [IMAGINE];
  const present = (await rest.get(route)) as Command[];
  if (present.length === wanted.length && wanted.every((command, i) => covers(present[i], command)))
    return log.debug('commands are registered already');
  await rest.put(route, { body: wanted });
  log.info({ commands: wanted.map(({ name }) => name), guildId }, 'commands registered');
}

/** Everything we say is there; Discord adds fields of its own, and leaves out what is false. */
function covers(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(present) && present.length === wanted.length && wanted.every((one, i) => covers(present[i], one))
    );
  if (typeof wanted === 'object' && wanted !== null)
    return Object.entries(wanted).every(([key, value]) => covers((present as Record<string, unknown>)?.[key], value));
  return wanted === false ? !present : present === wanted;
}
