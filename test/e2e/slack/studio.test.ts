/** The whole program against Slack: real process, real database, real engine, Bolt unmodified. */
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../app/app.ts';
import { eventually } from './eventually.ts';
import { type Actor, labels } from './stand-in/people.ts';
import { type Mode, type Slack, startSlackStandIn } from './stand-in/slack.ts';
import type { Message } from './stand-in/workspace.ts';

let folder: string;
let port: number;
let slack: Slack;
let app: App;
let printedBefore = '';
let alice: Actor;
let bob: Actor;

const start = (mode: Mode) => {
  const { botToken, appToken, signingSecret } = slack.workspace;
  return startApp({
    DATA_DIR: join(folder, 'data'),
    SLACK_API_URL: slack.apiUrl,
    ATTACHMENT_HOSTS: new URL(slack.apiUrl).origin,
    SLACK_BOT_TOKEN: botToken,
    ...(mode === 'socket'
      ? { SLACK_APP_TOKEN: appToken }
      : { SLACK_SIGNING_SECRET: signingSecret, SLACK_HTTP_PORT: String(port) }),
    LOG_LEVEL: 'debug',
  });
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-slack-'));
  slack = await startSlackStandIn('socket');
  port = await freePort();
  slack.setAppPort(port);
  alice = slack.join('alice');
  bob = slack.join('bob');
  app = await start('socket');
});
afterAll(async () => {
  await app?.stop();
  await slack?.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => expect(slack.workspace.violations.splice(0)).toEqual([]));

const QUICK = '--steps 3 --seed 7';
const LONG = 'a long one --steps 150 --count 4';
/** A picture's patience: the machine may be busy, and a killed job's lease has to run out first. */
const MINUTE = 90_000;

const ours = (channel = slack.general.id) =>
  slack.workspace.visible(channel).filter(({ user }) => user === slack.workspace.botUser);
const pictures = ({ blocks }: Message) => blocks.filter(({ type }) => type === 'image');
const done = (message: Message) => labels(message.blocks).includes('Details');
const running = ({ text }: { text: string }) => /step \d+ of \d+/.test(text);
const cancelled = ({ text }: Message) => text.startsWith('Cancelled');
const words = (message: Message) => JSON.stringify(message.blocks);
const settle = (ms = 300) => new Promise((resolve) => setTimeout(resolve, ms));

/** What the bot posts for everyone in consequence of something someone does. */
async function posted(act: () => Promise<unknown>, channel = slack.general.id): Promise<Message> {
  const before = ours(channel).length;
  await act();
  return eventually(() => ours(channel)[before], 'a message').catch((cause: unknown) => {
    const said = slack.workspace.messages.filter(({ onlyFor }) => onlyFor).at(-1)?.text;
    throw new Error(`No message. The last private word was: ${said}\n${app.printed().slice(-3000)}`, { cause });
  });
}
const ask = (text: string, who = alice) => posted(() => who.slash(slack.general, text));
async function picture(message: Message): Promise<Message> {
  await eventually(() => done(message) || /failed|wrong/i.test(message.text), 'the picture', MINUTE);
  expect(pictures(message).length).toBeGreaterThan(0);
  return message;
}
async function told(who: Actor, about: RegExp): Promise<Message> {
  return eventually(() => slack.workspace.whispers(who.id).find((m) => about.test(words(m))), `a private ${about}`);
}

describe('slack over Socket Mode', () => {
  it('turns /imagine into a placeholder, progress no more often than every 3 s, and the picture', async () => {
    const message = await picture(await ask('two red apples --seed 7 --steps 40 --count 2'));
    expect(message.revisions[0]!.text).toContain('Accepted');
    expect(pictures(message)).toHaveLength(2);
    for (const { alt_text } of pictures(message)) expect(alt_text).toMatch(/^AI-generated image: /);
    expect(words(message)).toContain('Seeds 7, 8.');
    const progress = message.revisions.filter(running);
    expect(progress.length).toBeGreaterThan(0);
    for (const [i, { at }] of progress.entries()) if (i > 0) expect(at - progress[i - 1]!.at).toBeGreaterThan(2900);
    expect(ours()).toEqual([message]);
  });

  it('does what every button says', async () => {
    const message = await picture(await ask(`two red apples ${QUICK} --count 4`));
    expect(labels(message.blocks)).toEqual([
      ...['U1', 'U2', 'U3', 'U4'],
      ...['V1', 'V2', 'V3', 'V4'],
      ...['🔁 Re-roll', 'Details', 'Delete'],
    ]);
    await alice.press(message, 'Details');
    await told(alice, /Seed: 7, 8, 9, 10/);
    const upscaled = await picture(await posted(() => alice.press(message, 'U2')));
    expect(words(upscaled)).toMatch(/Enlarged to 2048 × 2048 in/);
    const varied = await picture(await posted(() => bob.press(message, 'V1')));
    expect(labels(varied.blocks)).toContain('U4');
    const again = await picture(await posted(() => alice.press(message, '🔁 Re-roll')));
    expect(words(again)).not.toContain('Seeds 7,');
  });

  it.each([
    ['6,001 characters', 'a'.repeat(6001), /longer than 6000/],
    ['a size of 513', 'a --size 513x513', /multiples of 8/],
    ['a seed of −1', 'a --seed -1', /seed must be 0 or more/],
    ['a seed over 2³² − 1', 'a --seed 4294967296', /seed must be at most/],
    ['five pictures', 'a --count 5', /count must be 1 to 4/],
    ['an unknown option', 'a --wings 2', /no option --wings/],
  ])('refuses %s in private and shows nothing to anyone else', async (_what, text, says) => {
    const before = ours().length;
    await bob.slash(slack.general, text);
    await told(bob, says);
    expect(ours()).toHaveLength(before);
  });

  it('opens a form for a bare /imagine and makes what it says, seed 0 included', async () => {
    await alice.slash(slack.general, '');
    await eventually(() => alice.modal(), 'the form');
    const wrong = await alice.submit({ prompt: ' ', size: '12' });
    expect(wrong.body).toMatchObject({ errors: { prompt: expect.any(String), size: expect.any(String) } });
    const message = await picture(
      await posted(() =>
        alice.submit({ prompt: 'two red apples', steps: '3', seed: '0', sampler: 'euler', count: '2' }),
      ),
    );
    expect(words(message)).toContain('Seeds 0, 1.');
  });

  it('sends what was asked in private to its person alone', async () => {
    const before = ours().length;
    const message = await posted(() => alice.slash(slack.general, `a secret ${QUICK} --private`), alice.dm.id);
    await picture(message);
    await told(alice, /direct messages/);
    expect(ours()).toHaveLength(before);
  });

  it('answers a mention in its thread, once, though it is delivered three times', async () => {
    const { message: asking, again } = await alice.mention(slack.general, `a cat & <b> ${QUICK}`);
    await Promise.all([again({ num: 1, reason: 'http_timeout' }), again({ num: 2, reason: 'http_timeout' })]);
    const answers = () => ours().filter(({ threadTs }) => threadTs === asking.ts);
    await picture(await eventually(() => answers()[0], 'an answer'));
    expect(answers()).toHaveLength(1);
  });

  it('stylizes a picture from the menu of its message: shown to the classifier, painted, deleted with what came of it', async () => {
    const photo = await sharp({ create: { width: 96, height: 64, channels: 3, background: '#7a9' } })
      .jpeg()
      .toBuffer();
    const post = alice.post(slack.general, 'look', [slack.workspace.addFile('photo.jpg', photo, 'image/jpeg')]);
    await alice.shortcut(post, 'stylize_this');
    await eventually(() => alice.modal(), 'the form');
    const message = await picture(await posted(() => alice.submit({ brush: 'waves', strength: '0.5' })));
    expect(message.threadTs).toBe(post.ts);
    expect(words(message)).toContain('Painted with');
    const stronger = await picture(await posted(() => alice.press(message, 'Stronger')));
    await alice.press(stronger, 'Before');
    const both = await told(alice, /Before and after/);
    expect(pictures(both).map(({ title }) => title.text)).toEqual(['Before', 'After']);
    await alice.press(message, 'Delete');
    await eventually(() => message.deleted, 'the message to go');
    await picture(await posted(() => alice.press(stronger, 'Softer'))); // the photo is still used
  });

  it('cancels for its person only, while it runs, while it waits, and from App Home', async () => {
    const first = await ask(LONG);
    await eventually(() => running(first), 'progress', MINUTE);
    const [second, third] = [await ask(LONG), await ask(LONG)];
    await bob.press(second, 'Cancel');
    await told(bob, /Only the person who asked/);
    expect(cancelled(second)).toBe(false);
    await alice.press(second, 'Cancel');
    await eventually(() => cancelled(second), 'cancelled while waiting');
    await alice.openHome();
    const home = () => slack.workspace.homes.get(alice.id);
    await eventually(() => labels(home()?.view.blocks).filter((label) => label === 'Cancel').length === 2, 'App Home');
    await alice.pressHome('Cancel'); // the newest
    await eventually(() => cancelled(third), 'cancelled from App Home');
    await alice.press(first, 'Cancel');
    await eventually(() => cancelled(first), 'cancelled while running', 20_000);
  });

  it('finishes once, in the same message, through a cut line, a rate limit and lost connections', async () => {
    const before = ours().length;
    slack.api.fail('chat.postMessage', { kind: 'drop-after' });
    const message = await ask('two red apples --steps 20 --seed 7');
    slack.socket.drop();
    slack.api.fail('upload', { kind: 'drop-after' });
    slack.api.fail('files.completeUploadExternal', { kind: 'drop-after' });
    slack.api.fail('chat.update', { kind: 'ratelimited', retryAfter: 1 }, { kind: 'drop-after' });
    await picture(message);
    await settle();
    expect(ours()).toHaveLength(before + 1);
    expect(pictures(message)).toHaveLength(1);
  });
});

describe('slack over HTTP', () => {
  let interrupted: Message;

  it('goes on with the same data after a kill half-way through a job, and remembers what it has seen', async () => {
    const before = ours().length;
    const { again } = await alice.mention(slack.general, 'two red apples --steps 60 --seed 7');
    interrupted = await eventually(() => ours()[before], 'a placeholder');
    await eventually(() => running(interrupted), 'progress', MINUTE);
    await app.kill();
    printedBefore = app.printed();
    slack.setMode('http');
    app = await start('http');
    expect((await again({ num: 1, reason: 'http_timeout' })).acked).toBe(true);
    await settle();
    expect(ours()).toHaveLength(before + 1);
  });

  it('turns /imagine into the picture, whose buttons work', async () => {
    const message = await picture(await ask(`two red apples ${QUICK}`));
    await picture(await posted(() => bob.press(message, '🔁 Re-roll')));
    await bob.press(message, 'Delete');
    await told(bob, /Only the person who asked/);
  });

  it('takes the form with its errors in place', async () => {
    await alice.slash(slack.general, '');
    await eventually(() => alice.modal(), 'the form');
    expect((await alice.submit({ prompt: 'a', seed: '-1' })).body).toMatchObject({
      errors: { seed: expect.any(String) },
    });
    await picture(await posted(() => alice.submit({ prompt: 'two red apples', steps: '3' })));
  });

  it('answers 401 to a forged and to a stale request', async () => {
    const before = ours().length;
    const payload = { command: '/imagine', text: 'a', channel_id: slack.general.id, user_id: bob.id };
    expect((await slack.forge('slash_commands', payload, { secret: 'forged' })).status).toBe(401);
    expect((await slack.forge('slash_commands', payload, { age: 301 })).status).toBe(401);
    await settle();
    expect(ours()).toHaveLength(before);
  });

  it('deletes for its person only, files included, and the buttons of what is gone say so', async () => {
    const message = await picture(await ask(`two red apples ${QUICK}`));
    const copy = { ...message };
    await bob.press(message, 'Delete');
    await told(bob, /Only the person who asked/);
    await alice.press(message, 'Delete');
    await eventually(() => message.deleted, 'the message to go');
    await eventually(() => slack.workspace.files.get(pictures(copy)[0].slack_file.id)?.deleted, 'the file to go');
    await bob.press(copy, 'Upscale');
    await told(bob, /no longer here/);
  });

  it('obeys reactions', async () => {
    const message = await picture(await ask(`two red apples ${QUICK}`));
    await picture(await posted(() => bob.react(message, 'repeat')));
    const larger = await posted(() => bob.react(message, 'arrow_up'));
    await bob.press(larger, 'Cancel'); // another test waits for one
    await eventually(() => cancelled(larger) || done(larger), 'the end of it', MINUTE);
    await bob.react(message, 'email');
    await eventually(() => ours(bob.dm.id).find((m) => words(m).includes('Seed: 7')), 'details');
    await bob.react(message, 'x');
    await settle();
    expect(message.deleted).toBe(false);
    await alice.react(message, 'x');
    await eventually(() => message.deleted, 'the message to go');
  });

  it('finishes what was interrupted once, in the same message', async () => {
    await picture(interrupted);
    await settle();
    expect(interrupted.revisions.filter(({ blocks }) => blocks.some(({ type }) => type === 'image'))).toHaveLength(1);
    expect(
      ours().filter((m) => words(m).includes('two red apples') && m.threadTs === interrupted.threadTs),
    ).toHaveLength(1);
    await alice.press(interrupted, 'Details');
    await told(alice, /two red apples.*Seed: 7\b/);
  });

  it('writes no secret into its log', () => {
    const { botToken, appToken, signingSecret } = slack.workspace;
    for (const secret of [botToken, appToken, signingSecret])
      expect(printedBefore + app.printed()).not.toContain(secret);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
