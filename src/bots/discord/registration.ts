/** Makes Discord's list of our commands ours, unless it is already: writing counts against a daily limit. */
import { ApplicationCommandType, type REST, Routes } from 'discord.js';
import type { Logger } from '../../core/log.ts';
import { DEFINITIONS } from './commands.ts';

interface Registered {
  name: string;
  type?: ApplicationCommandType | undefined;
}

/** In one guild it is seen at once. */
export async function register(
  { rest, log }: { rest: REST; log: Logger },
  { applicationId, guildId }: { applicationId: string; guildId?: string | undefined },
): Promise<void> {
  const route = guildId
    ? Routes.applicationGuildCommands(applicationId, guildId)
    : Routes.applicationCommands(applicationId);
  const present = (await rest.get(route)) as Registered[];
  if (present.length === DEFINITIONS.length && DEFINITIONS.every((wanted) => covers(alike(present, wanted), wanted)))
    return log.debug('commands are registered already');
  await rest.put(route, { body: DEFINITIONS });
  log.info({ commands: DEFINITIONS.map(({ name }) => name), guildId }, 'commands registered');
}

/** Discord lists them in an order of its own. */
const alike = (present: readonly Registered[], wanted: Registered) =>
  present.find(({ name, type }) => name === wanted.name && typeOf({ name, type }) === typeOf(wanted));

const typeOf = ({ type }: Registered) => type ?? ApplicationCommandType.ChatInput;

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
