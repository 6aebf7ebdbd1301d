/** What can go wrong between the bot and Discord, one at a time, with the real client. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Discord, startDiscord } from '../../../src/bots/discord/discord.ts';
import { AppError } from '../../../src/core/errors.ts';
import { createLogger } from '../../../src/core/log.ts';
import { createFakeStudio, type DiscordAddress, type FakeStudio } from './fake-studio.ts';
import { type Asked, buttonsOf, type Someone } from './people.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import { FLAG, type Message } from './world.ts';

let discord: StandIn;
let bot: Discord;
let fake: FakeStudio;
let alice: Someone;
let bob: Someone;

const start = async (over: { DISCORD_TOKEN?: string; DISCORD_GUILD_ID?: string } = {}) => {
  fake = await createFakeStudio();
  return startDiscord({
    config: {
      DISCORD_API_URL: discord.url,
      DISCORD_TOKEN: discord.token,
      DISCORD_GUILD_ID: undefined,
      ...over,
    },
    studio: fake.studio,
    read: fake.read,
    log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
  });
};

const waiting = (message: Message) => /Accepted/.test(message.content);
const done = (message: Message) => /\d pictures?\b/.test(message.content) && message.attachments.length > 0;
const ephemeral = ({ flags }: Message) => (flags & FLAG.ephemeral) !== 0;

beforeEach(async () => {
  discord = await startStandIn();
  alice = discord.person('alice');
  bob = discord.person('bob');
});
afterEach(async () => {
  await bot?.stop();
  const violations = discord.violations();
  await discord.close();
  expect(violations).toEqual([]);
});

const imagined = async (values: Record<string, string | number | boolean> = { prompt: 'two red apples' }) => {
  const asked = alice.slash('imagine', values);
  return { asked, id: await accepted(asked) };
};

/** Shown as accepted, and written down: its id. */
const accepted = async (asked: Asked): Promise<string> => {
  await asked.until(waiting, 'accepted');
  const { token } = asked.interaction;
  const recorded = () =>
    [...fake.generations.values()].find(({ address }) => (address as DiscordAddress).interactionToken === token);
  return (await discord.until(recorded, 'recorded')).id;
};

describe('starting', () => {
  it('registers its commands once, however often it starts', async () => {
    bot = await start();
    await bot.stop();
    bot = await start();
    expect(discord.world.registrations).toBe(1);
    expect(bot.ready()).toBe(true);
  });

  it('registers in one guild for development', async () => {
    bot = await start({ DISCORD_GUILD_ID: discord.world.guildId });
    expect([...discord.world.commands.keys()]).toEqual([discord.world.guildId]);
  });

  it('says what to do about a wrong token', async () => {
    await expect(start({ DISCORD_TOKEN: 'MTU3MzYzMjI1NDYzMzA1MDExMw.wrong.wrong-wrong-wrong' })).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('DISCORD_TOKEN'),
    });
  });

  it('is told later when Discord cannot be reached', async () => {
    discord.faults.order({ kind: '5xx', status: 503 }, { method: 'GET', path: /gateway/, times: 100 });
    await expect(start()).rejects.toMatchObject({ code: 'platform_unavailable' });
  });
});

describe('with a running bot', () => {
  beforeEach(async () => {
    bot = await start();
  });

  it('defers, shows the place in the queue, progress, then the picture, all in one message', async () => {
    const { asked, id } = await imagined({ prompt: '@everyone *two* <@1> https://evil.example' });
    expect(asked.interaction.callback?.type).toBe(5);
    await fake.progress(bot.courier, id, 5);
    await asked.until((message) => /step 5 of 20/.test(message.content), 'progress');
    await fake.finish(bot.courier, id);
    const message = await asked.until(done, 'the picture');
    expect(message.attachments.map(({ description }) => description)).toEqual(['AI-generated image: picture 0']);
    expect(discord.visible()).toHaveLength(1);
    expect(buttonsOf(message).map(({ label }) => label)).toEqual([
      'Upscale',
      'Vary',
      '🔁 Re-roll',
      'Details',
      'Delete',
    ]);
  });

  it('puts four pictures on one sheet', async () => {
    const { asked, id } = await imagined({ prompt: 'apples', count: 4 });
    await fake.finish(bot.courier, id);
    const message = await asked.until(done, 'the sheet');
    expect(message.attachments).toHaveLength(1);
    expect(message.attachments[0]!.width).toBe(132);
    for (const i of [0, 1, 2, 3]) expect(message.attachments[0]!.description).toContain(`picture ${i}`);
    expect(message.components.map(({ components }) => components.length)).toEqual([4, 4, 3]);
  });

  it('keeps a private request private from the first moment', async () => {
    const { asked, id } = await imagined({ prompt: 'two red apples', private: true });
    await fake.finish(bot.courier, id);
    expect(ephemeral(await asked.until(done, 'the picture'))).toBe(true);
    expect(discord.visible()).toEqual([]);
    expect(discord.visible(bob)).toEqual([]);
  });

  it.each([
    ['an empty prompt', { prompt: '  ' }, /prompt is empty/],
    ['6,001 characters', { prompt: 'a'.repeat(6001) }, /longer than 6000/],
    ['a size of 513', { prompt: 'a', size: '513x512' }, /multiples of 8/],
    ['a seed of −1', { prompt: 'a', seed: -1 }, /seed must be 0 or more/],
    ['a fractional seed', { prompt: 'a', seed: 1.5 }, /seed must be a whole number/],
    ['a seed over 2³² − 1', { prompt: 'a', seed: 2 ** 32 }, /seed must be at most/],
    ['five pictures', { prompt: 'a', count: 5 }, /count must be 1 to 4/],
    ['no pictures', { prompt: 'a', count: 0 }, /count must be 1 to 4/],
    ['an unknown sampler', { prompt: 'a', sampler: 'magic' }, /no sampler called “magic”.*karras/],
    ['an unknown option', { prompt: 'a', wings: 'two' }, /.+/],
  ])('refuses %s in private, before anything is shown', async (_what, values, why) => {
    const asked = alice.slash('imagine', values as never, { force: true });
    const message = await asked.until(() => true, 'a refusal');
    expect(message.content).toMatch(why);
    expect(ephemeral(message)).toBe(true);
    expect(asked.interaction.callback?.type).toBe(4);
    expect(discord.world.seen).toHaveLength(1);
    expect(fake.generations.size).toBe(0);
  });

  it('takes a typed seed of 0 seriously', async () => {
    await imagined({ prompt: 'a', seed: 0 });
    expect(fake.latest().request).toMatchObject({ seed: 0 });
  });

  it('suggests models and styles while someone types', async () => {
    expect(await alice.autocomplete('imagine', 'model', 'stick')).toEqual([
      { name: 'Stickers', value: 'sticker-diffusion' },
    ]);
    expect(await alice.autocomplete('imagine', 'model', '')).toHaveLength(2);
    expect(await alice.autocomplete('imagine', 'style', 'draw')).toEqual([{ name: 'Ink drawing', value: 'ink' }]);
  });

  it('works in a direct channel', async () => {
    const asked = alice.slash('imagine', { prompt: 'two red apples' }, { direct: true });
    await fake.finish(bot.courier, await accepted(asked));
    expect(alice.direct()).toEqual([await asked.until(done, 'the picture')]);
    alice.press(alice.direct()[0]!, 'Details');
    await discord.until(() => alice.direct()[1]?.content.includes('Seed'), 'details of the button');
    alice.react(alice.direct()[0]!, '✉️');
    await discord.until(() => alice.direct()[2]?.content.includes('Seed'), 'details of the reaction');
  });

  it('answers a button of something deleted, and one it never made, in private', async () => {
    const { asked, id } = await imagined();
    await fake.finish(bot.courier, id);
    const message = await asked.until(done, 'the picture');
    fake.generations.delete(id);
    const gone = await alice.press(message, 'Upscale').until(ephemeral, 'a refusal');
    expect(gone.content).toContain('no longer here');
    const forged = await bob.forge(message, 'v0:what:ever').until(ephemeral, 'a refusal');
    expect(forged.content).toContain('no longer in use');
  });

  it('lets nobody else cancel or delete', async () => {
    const { asked } = await imagined();
    const message = asked.message()!;
    const told = bob.press(message, 'Cancel');
    expect((await told.until((message) => ephemeral(message), 'a refusal')).content).toContain(
      'Only the person who asked',
    );
    expect(fake.latest().status).toBe('queued');
    expect(message.deleted).toBe(false);
  });

  it('acknowledges again when the connection died, and is content to hear that it had', async () => {
    discord.faults.order({ kind: 'lost-after' }, { method: 'POST', path: /callback/ });
    const { asked, id } = await imagined();
    expect(discord.faults.met).toHaveLength(1);
    await fake.finish(bot.courier, id);
    await asked.until(done, 'the picture');
    expect(discord.visible()).toHaveLength(1);
    expect((fake.latest().address as DiscordAddress).messageId).toBe(asked.message()!.id);
  });

  it.each(['lost-before', 'lost-after'] as const)('shows the picture once when the edit is %s', async (kind) => {
    const { asked, id } = await imagined();
    discord.faults.order({ kind }, { method: 'PATCH', path: /channels/, times: 2 });
    await fake.finish(bot.courier, id);
    await asked.until(done, 'the picture');
    expect(discord.faults.met).toHaveLength(2);
    expect(discord.visible()).toHaveLength(1);
  });

  it('shows a private refusal once when the connection dies after it', async () => {
    discord.faults.order({ kind: 'lost-after' }, { method: 'POST', path: /callback/ });
    const asked = alice.slash('imagine', { prompt: ' ' }, { force: true });
    await asked.until(ephemeral, 'a refusal');
    await sleep(300);
    expect(discord.visible(alice)).toHaveLength(1);
  });

  it.each([
    ['5xx', { kind: '5xx', status: 502 }],
    ['a rate limit', { kind: '429', scope: 'user', retryAfter: 0.3 }],
    ['the global rate limit', { kind: '429', scope: 'global', retryAfter: 0.3 }],
  ] as const)('sits out %s', async (_what, fault) => {
    const { asked, id } = await imagined();
    discord.faults.order(fault, { method: 'PATCH', path: /channels/ });
    await fake.finish(bot.courier, id);
    await asked.until(done, 'the picture');
  });

  it('hands the delivery back for later when Discord stays away', async () => {
    const { id } = await imagined();
    discord.faults.order({ kind: 'lost-before' }, { method: 'PATCH', path: /channels/, times: 4 });
    await expect(fake.finish(bot.courier, id)).rejects.toMatchObject({ code: 'platform_unavailable' });
    await fake.finish(bot.courier, id, 'done', 2);
    expect(discord.visible().filter(done)).toHaveLength(1);
  });

  it('gives up for good when Discord says never', async () => {
    const { id } = await imagined();
    discord.faults.order(
      { kind: 'refuse', status: 403, code: 50005, message: 'Cannot edit a message authored by another user' },
      { method: 'PATCH', path: /channels/ },
    );
    await expect(fake.finish(bot.courier, id)).rejects.toMatchObject({ code: 'platform_refused' });
  });

  it('finishes by bot token long after the interaction token has expired', async () => {
    const { asked, id } = await imagined();
    discord.world.clock.advance(16 * 60_000);
    await fake.finish(bot.courier, id);
    await asked.until(done, 'the picture');
    expect(discord.visible()).toHaveLength(1);
  });

  it('sends a private picture directly when its token has expired', async () => {
    const { id } = await imagined({ prompt: 'two red apples', private: true });
    discord.world.clock.advance(16 * 60_000);
    await fake.finish(bot.courier, id);
    expect(alice.direct().filter(done)).toHaveLength(1);
    expect(discord.visible(bob).filter(({ channelId }) => channelId !== alice.direct()[0]!.channelId)).toEqual([]);
    await fake.finish(bot.courier, id, 'done', 2);
    expect(alice.direct()).toHaveLength(1);
  });

  it('does not even try a token that has expired', async () => {
    const { id } = await imagined({ prompt: 'two red apples', private: true });
    (fake.latest().address as DiscordAddress).askedAt = new Date(Date.now() - 15 * 60_000).toISOString();
    discord.faults.order({ kind: 'lost-before' }, { method: 'PATCH', path: /webhooks/ });
    await fake.finish(bot.courier, id);
    expect(alice.direct().filter(done)).toHaveLength(1);
    expect(discord.faults.met).toEqual([]);
  });

  it('sends the picture directly when the channel has been closed to it', async () => {
    const { id } = await imagined();
    discord.world.clock.advance(16 * 60_000);
    const refuse = { kind: 'refuse', status: 403, code: 50001, message: 'Missing Access' } as const;
    const { channelId } = fake.latest().address as DiscordAddress;
    discord.faults.order(refuse, { method: 'PATCH', path: new RegExp(channelId) });
    discord.faults.order(refuse, { method: 'POST', path: new RegExp(channelId) });
    await fake.finish(bot.courier, id);
    expect(alice.direct().filter(done)).toHaveLength(1);
  });

  it('posts the picture anew, once, when its message was deleted under it', async () => {
    const { asked, id } = await imagined();
    const message = asked.message()!;
    message.deleted = true;
    const address = fake.latest().address;
    discord.faults.order({ kind: 'lost-after' }, { method: 'POST', path: /channels/ });
    await fake.finish(bot.courier, id);
    expect(discord.faults.met).toHaveLength(1);
    fake.latest().address = address; // as if the delivery had died before it was written down
    await fake.finish(bot.courier, id, 'done', 2);
    discord.world.clock.advance(10 * 60_000); // Discord has forgotten the nonce by now
    fake.latest().address = address;
    await fake.finish(bot.courier, id, 'done', 3);
    expect(discord.visible()).toHaveLength(1);
    expect(discord.visible().filter(done)).toHaveLength(1);
  });

  it('shrinks a picture to what may be uploaded, also when that is less than Discord said', async () => {
    const { asked, id } = await imagined();
    const side = 300;
    const noise = randomBytes(side * side * 3);
    fake.picture = await sharp(noise, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer();
    (fake.latest().address as DiscordAddress).uploadLimit = 200_000;
    discord.world.fileLimit = 110_000;
    await fake.finish(bot.courier, id);
    const message = await asked.until(done, 'the picture');
    expect(message.attachments[0]!.bytes.length).toBeLessThanOrEqual(110_000);
    expect(message.content).toContain('Sent as JPEG');
  });

  it('takes back a public answer that nothing will follow, and gives the reason in private', async () => {
    fake.failAfterAcknowledge = new AppError('database_unavailable', 'no');
    const asked = alice.slash('imagine', { prompt: 'two red apples' });
    const reason = await asked.until(ephemeral, 'a reason');
    expect(reason.content).toContain('database did not answer');
    expect(discord.visible()).toEqual([]);
  });

  it('answers in time although the decision takes longer', async () => {
    fake.slowness = 3500;
    const asked = alice.slash('imagine', { prompt: 'two red apples', private: true });
    const refused = bob.slash('imagine', { prompt: 'two red apples' });
    await discord.until(() => asked.interaction.callback && refused.interaction.callback, 'both answered', 2800);
    fake.refusal = new AppError('too_many', 'You already have 8 jobs.');
    expect((await asked.until(({ content }) => content !== '', 'a refusal')).content).toContain('8 jobs');
    expect(ephemeral(asked.message()!)).toBe(true);
    expect((await refused.until(ephemeral, 'a refusal')).content).toContain('8 jobs');
    expect(discord.visible()).toEqual([]);
    delete fake.refusal;
    await fake.finish(bot.courier, await accepted(alice.slash('imagine', { prompt: 'two red apples' })));
    expect(discord.visible().filter(done)).toHaveLength(1);
  });

  it('survives a gateway drop: what was asked meanwhile is answered on resume, and edits go on', async () => {
    const { asked, id } = await imagined();
    discord.gateway.drop(300);
    const meanwhile = alice.slash('imagine', { prompt: 'asked during the outage' });
    await fake.finish(bot.courier, id);
    await asked.until(done, 'the picture');
    await meanwhile.until(waiting, 'accepted after the outage');
    expect(discord.gateway.counts).toEqual({ identifies: 1, resumes: 1 });
  });

  it.each([
    ['is asked to reconnect', () => discord.gateway.askToReconnect()],
    ['loses its session', () => discord.gateway.invalidate(false)],
  ])('goes on when it %s', async (_what, disturb) => {
    disturb();
    await discord.until(
      () => discord.gateway.counts.identifies + discord.gateway.counts.resumes === 2,
      'a new connection',
      12_000,
    );
    await imagined();
  });

  it('does what reactions on its own pictures say', async () => {
    const { asked, id } = await imagined();
    await fake.finish(bot.courier, id);
    const message = await asked.until(done, 'the picture');
    bob.react(message, '🔁');
    await discord.until(() => fake.generations.size === 2, 're-roll');
    const below = await discord.until(() => discord.visible().find(({ replyTo }) => replyTo === message.id), 'a reply');
    expect(below.content).toContain('Accepted');
    bob.react(message, '⬆️');
    await discord.until(() => fake.latest().request.kind === 'upscale', 'upscale');
    bob.react(message, '✉️');
    await discord.until(() => bob.direct()[0]?.content.includes('Sampler'), 'details');
    bob.react(message, '❌');
    await discord.until(() => bob.direct()[1]?.content.includes('Only the person who asked'), 'a refusal');
    alice.react(message, '😀');
    alice.react(below, '❌'); // not finished, so not a picture of ours yet
    alice.react(message, '❌');
    await discord.until(() => !fake.generations.has(id), 'deleted');
  });

  it('shrugs when a direct message is not welcome', async () => {
    const { asked, id } = await imagined();
    await fake.finish(bot.courier, id);
    const carol = discord.person('carol', { closed: true });
    carol.react(await asked.until(done, 'the picture'), '✉️');
    await imagined();
  });
});
