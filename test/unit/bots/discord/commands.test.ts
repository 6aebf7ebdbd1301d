import { describe, expect, it, vi } from 'vitest';
import { IMAGINE, register } from '../../../../src/bots/discord/commands.ts';
import { OPTIONS } from '../../../../src/bots/options.ts';
import { createLogger } from '../../../../src/core/log.ts';

const log = createLogger('silent');
const rest = (present: unknown) => ({ get: vi.fn(async () => present), put: vi.fn(async () => present) });
const registered = async (present: unknown, guildId?: string) => {
  const fake = rest(present);
  await register({ rest: fake as never, log }, { applicationId: '1', guildId });
  return fake.put.mock.calls as unknown as [string, unknown][];
};

/** Discord sends back more than it was given, and leaves out what is false. */
const asDiscordKeepsIt = () => ({
  ...IMAGINE,
  id: '5',
  version: '6',
  nsfw: false,
  options: IMAGINE.options.map(({ required, ...option }) => ({ ...option, ...(required && { required }) })),
});

describe('/imagine', () => {
  it('offers every option of the shared table, the prompt first and alone required', () => {
    expect(IMAGINE.options.map(({ name }) => name)).toEqual(Object.keys(OPTIONS));
    expect(IMAGINE.options.filter(({ required }) => required).map(({ name }) => name)).toEqual(['prompt']);
  });
});

describe('registration', () => {
  it('writes nothing when Discord has it already', async () => {
    expect(await registered([asDiscordKeepsIt()])).toEqual([]);
  });

  it.each([
    ['nothing is there', []],
    ['something else is there too', [asDiscordKeepsIt(), { name: 'old' }]],
    ['a description differs', [{ ...asDiscordKeepsIt(), description: 'old' }]],
    ['an option is missing', [{ ...asDiscordKeepsIt(), options: IMAGINE.options.slice(1) }]],
  ])('writes when %s', async (_why, present) => {
    expect(await registered(present)).toHaveLength(1);
  });

  it('goes to one guild when told so', async () => {
    const [[route] = []] = await registered([], '77');
    expect(route).toBe('/applications/1/guilds/77/commands');
  });
});
