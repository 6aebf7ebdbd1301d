/** The whole program against Discord: real process, real database, real engine, the unmodified client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../app/app.ts';
import { type Asked, buttonsOf, type Someone, type Values } from './people.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import { FLAG, type Message } from './world.ts';

let folder: string;
let discord: StandIn;
let app: App;
let alice: Someone;
let bob: Someone;
/** Under way beside everything else: it mostly waits for the dead worker's lease to run out. */
let killed: ReturnType<typeof killedHalfWay>;
/** Violations that earlier tests have failed for. */
let known = 0;

const start = ({ url, token }: StandIn, data: string) =>
  startApp({
    DATA_DIR: join(folder, data),
    ...{ DISCORD_API_URL: url, DISCORD_TOKEN: token, ATTACHMENT_HOSTS: new URL(url).origin },
    LOG_LEVEL: 'debug',
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-discord-'));
  discord = await startStandIn();
  alice = discord.person('alice');
  bob = discord.person('bob');
  app = await start(discord, 'data');
  killed = killedHalfWay();
  killed.catch(() => {}); // its own test tells
});
afterAll(async () => {
  await app?.stop();
  await discord?.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.log(app.printed().split('\n').slice(-40).join('\n'));
  const broken = discord.violations().slice(known);
  known += broken.length;
  expect(broken).toEqual([]);
});

/** Few steps: the pictures are not what is looked at here. */
const QUICK: Values = { prompt: 'two red apples', steps: 3, seed: 7 };
const LONG: Values = { prompt: 'a long one', steps: 150, count: 4 };

const labels = (message: Message) => buttonsOf(message).map(({ label }) => label);
const ephemeral = ({ flags }: Message) => (flags & FLAG.ephemeral) !== 0;
const accepted = ({ content }: Message) => content.includes('Accepted');
const running = ({ content }: Message) => /step \d+ of \d+/.test(content);
const cancelled = ({ content }: Message) => content.includes('Cancelled');
const done = (message: Message) => message.attachments.length > 0 && labels(message).includes('Details');

const picture = (asked: Asked) => asked.until(done, 'the picture', 60_000);
const histories = (message: Message) => discord.world.seen.filter((seen) => seen.message.id === message.id);
const posted = (before: number) => discord.world.seen.slice(before).filter(({ what }) => what === 'created').length;

describe('/imagine', () => {
  it('is registered when the bot starts', () => {
    expect([...discord.world.commands.values()].flat().map(({ name }) => name)).toEqual([
      ...['imagine', 'stylize', 'face', 'morph', 'upscale'],
      ...['brush', 'status', 'history'],
      ...['Stylize this image', 'Enlarge this image'],
    ]);
  });

  it('is deferred, says where it stands, shows progress no more often than every 3 s, and becomes the picture', async () => {
    const asked = alice.slash('imagine', { prompt: 'two red apples', seed: 7, steps: 40, count: 2 });
    await asked.until(accepted, 'accepted');
    expect(asked.interaction.callback?.type).toBe(5);
    const message = await picture(asked);
    expect(message.attachments).toHaveLength(2);
    for (const { description } of message.attachments) expect(description).toMatch(/^AI-generated image: /);
    expect(message.content).toContain('Seeds 7, 8.');
    const progress = histories(message).filter((seen) => running(seen.message));
    expect(progress.length).toBeGreaterThan(0);
    for (const [i, { at }] of progress.entries()) if (i > 0) expect(at - progress[i - 1]!.at).toBeGreaterThan(2900);
    expect(discord.visible()).toEqual([message]);
  });

  it('makes four pictures one sheet, and every button does what it says', async () => {
    const message = await picture(alice.slash('imagine', { ...QUICK, count: 4 }));
    expect(labels(message)).toEqual([
      ...['U1', 'U2', 'U3', 'U4'],
      ...['V1', 'V2', 'V3', 'V4'],
      ...['🔁 Re-roll', 'Details', 'Delete'],
    ]);
    expect(message.attachments).toHaveLength(1);
    for (const i of [1, 2, 3, 4]) expect(message.attachments[0]!.description).toContain(`${i}: AI-generated image`);

    const details = await alice.press(message, 'Details').until(ephemeral, 'details');
    expect(details.content).toMatch(/Seed: 7, 8, 9, 10/);
    const upscaled = await picture(alice.press(message, 'U2'));
    expect(upscaled.id).not.toBe(message.id);
    expect(upscaled.content).toContain('Enlarged');
    expect(upscaled.content).not.toContain('Seed'); // nothing in it depends on one
    const larger = await alice.press(upscaled, 'Details').until(ephemeral, 'details of the enlarged one');
    expect(larger.content).toContain('Made from: picture 2 of');
    const varied = await picture(bob.press(message, 'V1'));
    expect(labels(varied)).toContain('U4');
    const again = await picture(alice.press(message, '🔁 Re-roll'));
    expect(again.content).not.toContain('Seeds 7,');
  });

  it.each([
    ['an empty prompt', { prompt: ' ' }],
    ['6,001 characters', { prompt: 'a'.repeat(6001) }],
    ['a size of 513', { prompt: 'a', size: '513x513' }],
    ['a seed of −1', { prompt: 'a', seed: -1 }],
    ['five pictures', { prompt: 'a', count: 5 }],
  ])('refuses %s in private and leaves nothing behind', async (_what, values) => {
    const before = discord.visible().length;
    const asked = alice.slash('imagine', values, { force: true });
    const message = await asked.until(ephemeral, 'a refusal');
    expect(message.content.length).toBeGreaterThan(10);
    expect(discord.visible()).toHaveLength(before);
  });

  it('suggests the models and styles that are there', async () => {
    expect((await alice.autocomplete('imagine', 'model', '')).length).toBeGreaterThan(0);
    expect(await alice.autocomplete('imagine', 'style', 'waterc')).toEqual([
      { name: 'Watercolour', value: 'watercolor' },
    ]);
  });

  it('sends what was asked in private nowhere else, also when the token has expired by then', async () => {
    const before = discord.visible().length;
    const asked = alice.slash('imagine', { ...QUICK, steps: 20, private: true });
    await asked.until(accepted, 'accepted');
    discord.world.clock.advance(16 * 60_000);
    await discord.until(() => alice.direct().find(done), 'the picture, directly', 60_000);
    expect(discord.visible().length - before).toBe(1);
  });
});

describe('/stylize', () => {
  const photo = () =>
    sharp({
      create: { width: 160, height: 96, channels: 3, background: '#c63', noise: { type: 'gaussian', sigma: 40 } },
    })
      .jpeg()
      .withExif({ IFD3: { GPSLatitude: '52/1 31/1 0/1' } })
      .toBuffer();

  it('paints an attached photo, and shows before and after to its person', async () => {
    const [{ value: brush } = { value: '' }] = await alice.autocomplete('stylize', 'brush', 'ink');
    const bytes = await photo();
    const asked = alice.slash('stylize', { picture: { filename: 'cat.jpg', bytes }, brush, strength: 0.6 });
    const message = await picture(asked);
    expect(message.attachments[0]).toMatchObject({ width: 160, height: 96 });
    expect(message.content).toContain('Painted with');
    const both = await alice.press(message, 'Before').until(ephemeral, 'before and after');
    expect(both.attachments).toHaveLength(2);
    expect((await sharp(both.attachments[0]!.bytes).metadata()).exif).toBeUndefined();
    const stronger = await picture(alice.press(message, 'Stronger'));
    const details = await alice.press(stronger, 'Details').until(ephemeral, 'details');
    expect(details.content).toContain('Strength: 0.8');
  });

  it('refuses what only claims to be a picture, in private', async () => {
    const before = discord.visible().length;
    const bytes = Buffer.from('<!doctype html><script>alert(1)</script>');
    const asked = alice.slash('stylize', { picture: { filename: 'cat.png', bytes } });
    expect((await asked.until(({ content }) => content !== '', 'a refusal')).content.length).toBeGreaterThan(10);
    expect(ephemeral(asked.message()!)).toBe(true);
    expect(discord.visible()).toHaveLength(before);
  });
});

it('/face draws faces as asked, and changes the one that is taken', async () => {
  const faces = await picture(alice.slash('face', { count: 2, seed: 7, attributes: 'no glasses' }));
  expect(faces.content).toContain('Seeds 7, 8.');
  const taken = await picture(alice.press(faces, 'Take 2'));
  const smiling = await picture(alice.choose(taken, 'More of…', 'More: smile'));
  const details = await alice.press(smiling, 'Details').until(ephemeral, 'details');
  expect(details.content).toMatch(/Attributes: .*smile \+1/);
  expect(details.content).toContain('Seed: 8');
});

describe('a job under way', () => {
  it('can be cancelled by its person only, while it runs and while it waits', async () => {
    const first = alice.slash('imagine', LONG);
    await first.until(running, 'running');
    const second = alice.slash('imagine', LONG);
    const waiting = await second.until(accepted, 'accepted');
    const refused = await bob.press(waiting, 'Cancel').until(ephemeral, 'a refusal');
    expect(refused.content).toContain('Only the person who asked');
    expect(cancelled(waiting)).toBe(false);
    alice.press(waiting, 'Cancel');
    await second.until(cancelled, 'cancelled while waiting');
    alice.press(first.message()!, 'Cancel');
    await first.until(cancelled, 'cancelled while running');
    expect(labels(first.message()!)).not.toContain('Cancel');
  });

  it('finishes once, in the same message, through a gateway drop, a rate limit and a lost connection', async () => {
    const before = discord.world.seen.length;
    const asked = alice.slash('imagine', { ...QUICK, steps: 20 });
    await asked.until(accepted, 'accepted');
    discord.gateway.drop(200);
    discord.faults.order({ kind: '429', scope: 'user', retryAfter: 0.3 }, { method: 'PATCH', path: /channels/ });
    discord.faults.order({ kind: 'lost-after' }, { method: 'PATCH', path: /channels/ });
    const during = bob.slash('imagine', { ...QUICK, prompt: 'asked during the outage' });
    await picture(asked);
    await picture(during);
    expect(discord.gateway.counts.resumes).toBe(1);
    expect(posted(before)).toBe(2);
  });
});

/** Another program, with its own Discord: killed while it draws, and started again. */
async function killedHalfWay() {
  const elsewhere = await startStandIn();
  const carol = elsewhere.person('carol');
  const first = await start(elsewhere, 'killed');
  const asked = carol.slash('imagine', { ...QUICK, steps: 80 });
  await asked.until(running, 'running', 60_000).finally(first.kill);
  const second = await start(elsewhere, 'killed');
  try {
    const message = await asked.until(done, 'the picture', 110_000);
    const details = await carol.press(message, 'Details').until(ephemeral, 'details after the restart');
    return { elsewhere, message, details };
  } catch (failure) {
    console.log(second.printed().split('\n').slice(-40).join('\n'));
    throw failure;
  } finally {
    await second.stop();
    await elsewhere.close();
  }
}

describe('a finished picture', () => {
  it('is deleted by its person only, and its buttons then say so', async () => {
    const message = await picture(alice.slash('imagine', QUICK));
    const [upscale] = buttonsOf(message);
    const refused = await bob.press(message, 'Delete').until(ephemeral, 'a refusal');
    expect(refused.content).toContain('Only the person who asked');
    alice.press(message, 'Delete');
    await discord.until(() => message.deleted, 'deleted');
    const gone = await bob.forge(message, upscale!.custom_id!).until(ephemeral, 'a refusal');
    expect(gone.content).toContain('no longer here');
  });

  it('obeys reactions', async () => {
    const message = await picture(alice.slash('imagine', QUICK));
    const below = () => discord.visible().filter(({ replyTo }) => replyTo === message.id);
    bob.react(message, '🔁');
    await discord.until(() => below().filter(done).length === 1, 're-roll', 60_000);
    bob.react(message, '⬆️');
    await discord.until(() => below().filter(done).length === 2, 'upscale', 60_000);
    bob.react(message, '✉️');
    await discord.until(() => bob.direct().find(({ content }) => content.includes('Seed: 7')), 'details');
    bob.react(message, '❌');
    await discord.until(() => bob.direct().find(({ content }) => content.includes('Only the person')), 'a refusal');
    alice.react(message, '❌');
    await discord.until(() => message.deleted, 'deleted');
  });
});

it('writes no secret into its log', () => {
  const [, secret] = discord.token.split('.');
  const said = app.printed();
  expect(said).not.toContain(`${secret}.`);
  for (const { token } of discord.world.interactions.values()) expect(said).not.toContain(token);
});

it('finishes a job once, in the same message, when the program is killed half-way', async () => {
  const { elsewhere, message, details } = await killed;
  const { seen, registrations } = elsewhere.world;
  const shown = seen.filter(({ what, message: { flags } }) => what === 'created' && !(flags & FLAG.ephemeral));
  expect(shown.map(({ message: { id } }) => id)).toEqual([message.id]);
  expect(seen.filter((one) => one.message.id === message.id && done(one.message))).toHaveLength(1);
  expect(details.content).toContain('Seed: 7');
  expect(registrations).toBe(1);
  expect(elsewhere.violations()).toEqual([]);
});
