/** Our commands as Discord knows them, made from the shared tables of options. */
import {
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody as ChatCommand,
  InteractionContextType,
  type RESTPostAPIContextMenuApplicationCommandsJSONBody as MenuCommand,
  PermissionFlagsBits,
} from 'discord.js';
import { COMMANDS } from '../commands.ts';
import type { Option, OptionTable } from '../option-table.ts';

/** As many as Discord takes; longer lists are suggested while typing. */
export const MOST_CHOICES = 25;

const WHERE = {
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
};

/** What 🎨 does in a channel. */
export const BRUSH = {
  brush: { type: 'text', description: 'The brush that 🎨 paints with here, or off', suggest: 'brushes' },
} as const satisfies OptionTable;

/** What a person can type that makes no picture. */
const OWN: ChatCommand[] = [
  {
    name: 'brush',
    description: 'Let 🎨 on any picture in this channel paint it with a brush',
    contexts: [InteractionContextType.Guild],
    integration_types: WHERE.integration_types,
    default_member_permissions: String(PermissionFlagsBits.ManageChannels),
    options: toOptions(BRUSH, ['brush']),
  },
  { name: 'status', description: 'Say where your jobs stand', ...WHERE },
  { name: 'history', description: 'List your latest jobs', ...WHERE },
];

const MAKING: ChatCommand[] = Object.entries(COMMANDS).map(([name, { description, options }]) => ({
  name,
  description,
  ...WHERE,
  options: toOptions(options, ['prompt', 'from', 'to']),
}));

/** In the menu of every message. */
export const STYLIZE_THIS = 'Stylize this image';
export const ENLARGE_THIS = 'Enlarge this image';

const MENUS: MenuCommand[] = [STYLIZE_THIS, ENLARGE_THIS].map((name) => ({
  name,
  type: ApplicationCommandType.Message,
  ...WHERE,
}));

export const DEFINITIONS: readonly (ChatCommand | MenuCommand)[] = [...MAKING, ...OWN, ...MENUS];

/** What is needed comes first, then pictures, then the rest in the table's order. */
function toOptions(table: OptionTable, needed: readonly string[]): APIApplicationCommandOption[] {
  const rank = ([name, { type }]: [string, Option]) => (needed.includes(name) ? 0 : type === 'picture' ? 1 : 2);
  return Object.entries(table)
    .sort((a, b) => rank(a) - rank(b))
    .map(([name, option]) => toOption(name, option, needed.includes(name)));
}

function toOption(
  name: string,
  { type, description, choices, suggest, min, max }: Option,
  required: boolean,
): APIApplicationCommandOption {
  const shared = { name, description, required };
  const bounds = { ...(min !== undefined && { min_value: min }), ...(max !== undefined && { max_value: max }) };
  if (type === 'picture') return { ...shared, type: ApplicationCommandOptionType.Attachment };
  if (type === 'flag') return { ...shared, type: ApplicationCommandOptionType.Boolean };
  if (type === 'whole' && choices)
    return {
      ...shared,
      type: ApplicationCommandOptionType.Integer,
      choices: choices.map((choice) => ({ name: choice, value: Number(choice) })),
    };
  if (type === 'whole') return { ...shared, type: ApplicationCommandOptionType.Integer, ...bounds };
  if (type === 'number') return { ...shared, type: ApplicationCommandOptionType.Number, ...bounds };
  const text = { ...shared, type: ApplicationCommandOptionType.String } as const;
  if (choices && choices.length <= MOST_CHOICES)
    return { ...text, choices: choices.map((choice) => ({ name: choice, value: choice })) };
  if (choices || suggest) return { ...text, autocomplete: true };
  return { ...text, ...(max !== undefined && { max_length: max }) };
}
