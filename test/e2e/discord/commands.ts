/** Command registration: GET and bulk PUT, global or of one guild. */
import { ApplicationCommandUpdateRequestSchema } from 'discord-api-spec/zod';
import { z } from 'zod';
import type { Answer, Call } from './rest.ts';
import { checkCommands, checkSchema } from './rules.ts';
import type { Command, World } from './world.ts';

export async function getCommands(world: World, _call: Call, [, guild]: string[]): Promise<Answer> {
  return { status: 200, body: world.commands.get(guild ?? 'global') ?? [] };
}

export async function putCommands(world: World, call: Call, [application, guild]: string[]): Promise<Answer> {
  const given = z.array(z.record(z.string(), z.unknown())).parse(call.body);
  for (const command of given) checkSchema(world, 'command', ApplicationCommandUpdateRequestSchema, command);
  checkCommands(world, given);
  world.registrations++;
  const commands = given.map((command) => ({
    id: world.snowflake(),
    application_id: application,
    version: world.snowflake(),
    default_member_permissions: null,
    type: 1,
    nsfw: false,
    dm_permission: true,
    contexts: null,
    integration_types: [0],
    ...command,
    name_localizations: null,
    description_localizations: null,
    ...(guild && { guild_id: guild }),
  })) as unknown as Command[];
  world.commands.set(guild ?? 'global', commands);
  return { status: 200, body: commands };
}
