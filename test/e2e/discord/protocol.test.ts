/** What can go wrong between the bot and Discord, one at a time, with the real client. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Discord, startDiscord } from '../../../src/bots/discord/discord.ts';
import { AppError } from '../../../src/core/errors.ts';
import { createLogger } from '../../../src/core/log.ts';
import { createFakeStudio, type DiscordAddress, type FakeStudio } from './fake-studio.ts';
import { type Asked, buttonsOf, type File, type Someone } from './people.ts';
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
      ATTACHMENT_HOSTS: [new URL(discord.url).origin],
      UPLOAD_MAX_MB: 2,
      ...over,
    },
    studio: fake.studio,
    read: fake.read,
    log: createLogger(process.env.LOG_LEVEL ?? 'silent'),
  });
};

const waiting = (message: Message) => /Accepted/.test(message.content);
const done = (message: Message) =>
  message.attachments.length > 0 && buttonsOf(message).some(({ label }) => label === 'Details');
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
    expect(message.components.map(({ components }) => components.length)).toEqual([4, 4, 3, 1]);
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

  describe('and a picture', () => {
    const file = async (): Promise<File> => ({ filename: 'cat.png', bytes: fake.picture });

    it('takes it as an attachment, and makes it softer or stronger without asking for it again', async () => {
      const asked = alice.slash('stylize', { picture: await file(), brush: 'night-wind', strength: 0.5 });
      const id = await accepted(asked);
      expect(fake.latest().request).toMatchObject({ source: { key: 'handed-in' }, brush: 'night-wind', strength: 0.5 });
      await fake.finish(bot.courier, id);
      const message = await asked.until(done, 'the picture');
      expect(message.content).toContain('Painted with Night wind');

      await accepted(alice.press(message, 'Stronger'));
      expect(fake.latest()).toMatchObject({ parentId: id, request: { source: { key: 'handed-in' }, strength: 0.7 } });
      const both = await alice.press(message, 'Before').until(ephemeral, 'before and after');
      expect(both.attachments.map(({ description }) => description?.split(':')[0])).toEqual(['Before', 'After']);
      const refused = await bob.press(message, 'Before').until(ephemeral, 'a refusal');
      expect(refused.content).toContain('Only the person who handed the picture in');
      await accepted(alice.choose(message, 'Another brush…', 'Ink'));
      expect(fake.latest().request).toMatchObject({ source: { key: 'handed-in' }, brush: 'ink' });
    });

    it('refuses what is none in private, and leaves nothing behind', async () => {
      const bytes = Buffer.from('<html><script>alert(1)</script>');
      const asked = alice.slash('stylize', { picture: { filename: 'cat.png', bytes }, brush: 'ink' });
      expect((await asked.until(ephemeral, 'a refusal')).content).toContain('not a picture');
      expect(fake.generations.size).toBe(0);
      expect(discord.visible()).toEqual([]);
    });

    it('is found in the menu of any message, behind a form', async () => {
      const message = bob.post('look', [await file(), { ...(await file()), filename: 'dog.png' }]);
      const form = await alice.apps(message, 'Stylize this image').form();
      expect(form.components.map(({ component }) => component.custom_id)).toEqual([
        ...['picture', 'brush', 'words', 'strength'],
      ]);
      const asked = alice.submit(form, { picture: '1', brush: 'ink', strength: '0.4' });
      await fake.finish(bot.courier, await accepted(asked));
      expect(fake.latest().request).toMatchObject({ source: { key: 'handed-in' }, brush: 'ink', strength: 0.4 });
      const painted = await asked.until(done, 'the picture');

      const again = await bob.apps(painted, 'Stylize this image').form();
      await accepted(bob.submit(again, { brush: 'night-wind' }));
      expect(fake.latest().request).toMatchObject({ source: { generationId: expect.any(String), index: 0 } });
      await accepted(bob.apps(painted, 'Enlarge this image'));
      expect(fake.latest().request).toMatchObject({ kind: 'upscale', source: { index: 0 } });
      const wrong = alice.submit(form, { picture: '0', strength: 'much' });
      expect((await wrong.until(ephemeral, 'a refusal')).content).toContain('not a number');
      const empty = alice.apps(bob.post('no picture'), 'Stylize this image');
      expect((await empty.until(ephemeral, 'a refusal')).content).toContain('no picture attached');
    });

    it('is found behind a link to its message: ours anywhere, others in the same channel', async () => {
      discord.world.messageContent = true;
      const link = ({ channelId, id }: Pick<Message, 'channelId' | 'id'>) =>
        `https://discord.com/channels/${discord.world.guildId}/${channelId}/${id}`;
      const { asked, id } = await imagined({ prompt: 'apples', count: 2 });
      await fake.finish(bot.courier, id);
      const ours = await asked.until(done, 'pictures of ours');
      const theirs = bob.post('look', [await file()]);
      await accepted(alice.slash('stylize', { of: `${link(ours)} #2`, brush: 'ink' }));
      expect(fake.latest().request).toMatchObject({ source: { generationId: id, index: 1 } });
      await accepted(alice.slash('upscale', { of: link(theirs) }));
      expect(fake.latest().request).toMatchObject({ kind: 'upscale', source: { key: 'handed-in' } });
      await accepted(alice.slash('morph', { from: link(ours), to: '42' }));
      expect(fake.latest().request).toMatchObject({ stops: [{ generationId: id }, { seed: 42 }] });
      const elsewhere = alice.slash('stylize', { of: link({ ...theirs, channelId: bob.user.id }), brush: 'ink' });
      expect((await elsewhere.until(ephemeral, 'a refusal')).content).toContain('in another channel');
    });

    it('is painted by 🎨 only where that is switched on', async () => {
      discord.world.messageContent = true;
      const carol = discord.person('carol', { manager: true, patron: true });
      const message = bob.post('look', [await file()]);
      const { asked, id } = await imagined();
      await fake.finish(bot.courier, id);
      const ours = await asked.until(done, 'a picture of ours');
      bob.react(message, '🎨');
      bob.react(ours, '🎨');
      expect(() => bob.slash('brush', { brush: 'ink' })).toThrow('no /brush');
      expect((await carol.slash('brush', { brush: 'inkk' }).until(ephemeral, 'a refusal')).content).toContain('“ink”');
      expect(fake.generations.size).toBe(1);
      const on = await carol.slash('brush', { brush: 'ink' }).until(ephemeral, 'switched on');
      expect(on.content).toMatch(/with Ink.*Message Content Intent/s);
      carol.react(message, '🎨');
      await discord.until(() => fake.generations.size === 2, 'painted');
      expect(fake.latest()).toMatchObject({
        ...{ request: { kind: 'stylize', source: { key: 'handed-in' }, brush: 'ink' } },
        sender: { name: 'Carol', roles: [discord.world.roleId] },
      });
      await discord.until(() => discord.visible().find(({ replyTo }) => replyTo === message.id), 'a reply');
      bob.react(ours, '🎨');
      await discord.until(() => fake.generations.size === 3, 'ours painted');
      expect(fake.latest().request).toMatchObject({ source: { generationId: id, index: 0 }, brush: 'ink' });
      discord.world.messageContent = false;
      bob.react(message, '🎨');
      await discord.until(() => bob.direct()[0]?.content.includes('Message Content Intent'), 'what the admin can do');
      await carol.slash('brush', { brush: 'off' }).until(ephemeral, 'switched off');
      bob.react(ours, '🎨');
      await imagined();
      expect(fake.generations.size).toBe(4);
    });
  });

  it('shows 300 faces as a sheet and an archive, and takes one of them', async () => {
    const asked = alice.slash('face', { count: 300, attributes: 'smile +2' });
    const id = await accepted(asked);
    expect(fake.latest().request).toMatchObject({ count: 300, attributes: { smile: 2 } });
    await fake.finish(bot.courier, id);
    const message = await asked.until(done, 'the faces');
    const [sheet, archive] = message.attachments;
    expect(sheet).toMatchObject({ width: 18 * 68 - 4, height: 17 * 68 - 4 });
    expect(Object.keys(unzipSync(archive!.bytes))).toHaveLength(300);
    const form = await alice.press(message, 'Take one…').form();
    const wrong = await alice.submit(form, { which: '999' }).until(ephemeral, 'a refusal');
    expect(wrong.content).toContain('a number from 1 to 300, or a seed such as: seed 7');
    await accepted(alice.submit(form, { which: 'seed 306' }));
    expect(fake.latest().request).toMatchObject({ kind: 'face', picture: { generationId: id, index: 299 } });
    const menu = await bob.apps(message, 'Stylize this image').form();
    await accepted(bob.submit(menu, { picture: '120', brush: 'ink' }));
    expect(fake.latest().request).toMatchObject({ source: { generationId: id, index: 119 }, brush: 'ink' });
    const taken = alice.submit(form, { which: '3' });
    await fake.finish(bot.courier, await accepted(taken));
    const one = await taken.until(done, 'the face');
    await accepted(alice.choose(one, 'More of…', 'More: smile'));
    expect(fake.latest().request).toMatchObject({ picture: { index: 0 }, attributes: { smile: 1 } });
  });

  it('tells people where their jobs stand, and whose they are', async () => {
    const patron = discord.person('dora', { patron: true });
    await accepted(patron.slash('imagine', { prompt: 'two red apples' }));
    expect(fake.latest().sender.roles).toContain(discord.world.roleId);
    const standing = await patron.slash('status', {}).until(ephemeral, 'standing');
    expect(standing.content).toContain('two red apples: Yours is next. About 12 s.');
    expect((await alice.slash('history', {}).until(ephemeral, 'history')).content).toContain('Nothing made yet');
    const { id } = fake.latest();
    await fake.finish(bot.courier, id);
    const listed = await patron.slash('history', {}).until(ephemeral, 'history');
    expect(listed.content).toContain(id);
    const shown = await patron
      .choose(listed, 'Show again…', '1 · two red apples')
      .until((message) => ephemeral(message) && message.attachments.length === 1, 'the picture again');
    await accepted(patron.press(shown, 'Upscale'));
    expect(fake.latest()).toMatchObject({ request: { kind: 'upscale', private: true }, parentId: id });
  });

  it('suggests brushes and attributes while someone types', async () => {
    expect(await alice.autocomplete('stylize', 'brush', 'wind')).toEqual([{ name: 'Night wind', value: 'night-wind' }]);
    expect(await alice.autocomplete('face', 'attributes', 'glasses, no sm')).toEqual([
      { name: 'glasses, no smile', value: 'glasses, no smile' },
    ]);
  });
});
