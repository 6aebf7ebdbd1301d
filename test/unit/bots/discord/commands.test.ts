import { describe, expect, it, vi } from 'vitest';
import { COMMANDS } from '../../../../src/bots/commands.ts';
import { DEFINITIONS } from '../../../../src/bots/discord/commands.ts';
import { register } from '../../../../src/bots/discord/registration.ts';
import { createLogger } from '../../../../src/core/log.ts';

const log = createLogger('silent');
const rest = (present: unknown) => ({ get: vi.fn(async () => present), put: vi.fn(async () => present) });
const registered = async (present: unknown, guildId?: string) => {
  const fake = rest(present);
  await register({ rest: fake as never, log }, { applicationId: '1', guildId });
  return fake.put.mock.calls as unknown as [string, unknown][];
};

interface Definition {
  name: string;
  options?: { name: string; required?: boolean }[];
}
const definitions = DEFINITIONS as readonly Definition[];
const named = (wanted: string) => definitions.find(({ name }) => name === wanted)!;

/** Discord sends back more than it was given, leaves out what is false, and sorts as it likes. */
const asDiscordKeepsThem = () =>
  definitions
    .map((command) => ({
      ...command,
      id: '5',
      version: '6',
      nsfw: false,
      ...(command.options && {
        options: command.options.map(({ required, ...option }) => ({ ...option, ...(required && { required }) })),
      }),
    }))
    .reverse();

describe.each(Object.entries(COMMANDS))('/%s', (name, { options }) => {
  it('offers every option of the shared table, what is required first', () => {
    const offered = named(name).options!;
    expect(offered.map(({ name }) => name).sort()).toEqual(Object.keys(options).sort());
    const needed = offered.map(({ required }) => Boolean(required));
    expect(needed).toEqual([...needed].sort((a, b) => Number(b) - Number(a)));
  });
});

describe('registration', () => {
  it('writes nothing when Discord has them already, in whatever order', async () => {
    expect(await registered(asDiscordKeepsThem())).toEqual([]);
  });

  it.each([
    ['nothing is there', []],
    ['something else is there too', [...asDiscordKeepsThem(), { name: 'old' }]],
    ['a description differs', asDiscordKeepsThem().map((one, i) => (i === 3 ? { ...one, description: 'old' } : one))],
    ['an option is missing', asDiscordKeepsThem().map((one) => ({ ...one, options: one.options?.slice(1) }))],
  ])('writes when %s', async (_why, present) => {
    expect(await registered(present)).toHaveLength(1);
  });

  it('goes to one guild when told so', async () => {
    const [[route] = []] = await registered([], '77');
    expect(route).toBe('/applications/1/guilds/77/commands');
  });
});
