/** The bot on the wire, both modes, with a studio in memory: what Slack may do to it and what it must not do to Slack. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { startBot } from './bot.ts';
import { eventually } from './eventually.ts';
import { PICTURE } from './memory-studio.ts';
import { labels } from './stand-in/people.ts';
import type { Mode } from './stand-in/slack.ts';
import type { Message } from './stand-in/workspace.ts';

const files = (message: Message): string[] =>
  message.blocks.filter(({ type }) => type === 'image').map(({ slack_file }) => slack_file.id as string);
const words = (message: Message): string => JSON.stringify(message.blocks);

describe.each<Mode>(['socket', 'http'])('slack over %s', (mode) => {
  let on: Awaited<ReturnType<typeof startBot>>;
  beforeAll(async () => {
    on = await startBot(mode);
  });
  afterAll(() => on.stop());
  afterEach(() => expect(on.workspace.violations.splice(0)).toEqual([]));

  /** /imagine by a new person, up to its placeholder. */
  async function ask(text = 'two red apples', name = `p${randomUUID().slice(0, 6)}`) {
    const person = on.slack.join(name);
    const before = on.shown().length;
    const act = await person.slash(on.slack.general, text);
    const message = await on.nextShown(before);
    const generation = await eventually(() => {
      const last = on.memory.last();
      return last?.address.platform === 'slack' && last.address.ts === message.ts ? last : undefined;
    }, 'the order');
    return { person, act, message, generation };
  }
  async function asked(text?: string) {
    const order = await ask(text);
    await on.memory.finish(order.generation.id);
    return order;
  }

  it('is ready', () => expect(on.bot.ready()).toBe(true));

  it('turns a command into a placeholder, progress and a picture on one message', async () => {
    const { message, generation, act } = await ask('two red apples --seed 7');
    expect(act.ms).toBeLessThan(1000);
    expect(labels(message.blocks)).toEqual(['Cancel']);
    await on.memory.progress(generation.id, 5);
    expect(message.text).toContain('step 5 of 20');
    await on.memory.finish(generation.id);
    const [file] = files(message);
    expect(on.workspace.files.get(file!)).toMatchObject({
      bytes: PICTURE,
      altTxt: 'AI-generated image: test picture 1',
    });
    expect(message.blocks.find(({ type }) => type === 'image').alt_text).toBe('AI-generated image: test picture 1');
    expect(labels(message.blocks)).toEqual(['Upscale', 'Vary', '🔁 Re-roll', 'Details', 'Delete']);
    expect(message.revisions).toHaveLength(3);
  });

  it('shows four pictures with buttons for each', async () => {
    const { message } = await asked('apples --count 4');
    expect(new Set(files(message)).size).toBe(4);
    expect(labels(message.blocks)).toEqual([
      'U1',
      'U2',
      'U3',
      'U4',
      'V1',
      'V2',
      'V3',
      'V4',
      '🔁 Re-roll',
      'Details',
      'Delete',
    ]);
  });

  it('never lets a prompt ping, link or format', async () => {
    const { message } = await asked('<!channel> <@U123> & <https://evil.example|click> *bold* `code`');
    expect(words(message)).toContain('&lt;!channel&gt;');
    expect(words(message)).not.toContain('<!channel>');
  });

  it('keeps the limits with a prompt of 6,000 characters', async () => {
    const { message } = await asked('&'.repeat(6000));
    expect(files(message)).toHaveLength(1);
  });

  it('refuses in private, before anything is public', async () => {
    const person = on.slack.join('hasty');
    const before = on.shown().length;
    await person.slash(on.slack.general, 'apples --count 5 --wings');
    expect((await on.whisper(person.id)).text).toContain('There is no option --wings');
    on.memory.refuse(new AppError('too_many', 'You have 8 jobs waiting. Try again when one is done.'));
    await person.slash(on.slack.general, 'apples');
    expect((await on.whisper(person.id, 2)).text).toContain('8 jobs waiting');
    on.memory.refuse(undefined);
    expect(on.shown()).toHaveLength(before);
  });

  it('says what to do where it is not a member', async () => {
    const person = on.slack.join('insider');
    const secret = on.workspace.addChannel('secret', 'private', [person.id]);
    await person.slash(secret, 'apples');
    expect((await on.whisper(person.id)).text).toContain('/invite @Atelier');
  });

  it('posts in a public channel without being a member', async () => {
    const person = on.slack.join('outsider');
    const open = on.workspace.addChannel('open', 'public', [person.id]);
    await person.slash(open, 'apples');
    await eventually(() => on.workspace.visible(open.id)[0], 'a placeholder');
  });

  it('opens a form for a bare /imagine, says what is wrong beside the field, and takes it when right', async () => {
    const person = on.slack.join('formal');
    await person.slash(on.slack.general, '  ');
    const modal = await eventually(() => person.modal(), 'a modal');
    const wrong = await person.submit({ prompt: 'apples', size: '100x100', seed: '4294967296', steps: '0' });
    expect(wrong.body).toMatchObject({
      response_action: 'errors',
      errors: { size: expect.stringContaining('multiples of 8'), seed: expect.any(String), steps: expect.any(String) },
    });
    expect(modal.open).toBe(true);
    const before = on.shown().length;
    await person.submit({
      prompt: 'two <red> apples',
      negative: 'worms',
      count: '2',
      size: '128x64',
      steps: '12',
      guidance: '4.5',
      sampler: 'ddim',
      seed: '0',
    });
    expect(modal.open).toBe(false);
    await on.nextShown(before);
    await eventually(() => on.memory.last().personId === person.id, 'the order');
    expect(on.memory.last().request).toMatchObject({
      prompt: 'two <red> apples',
      negativePrompt: 'worms',
      count: 2,
      width: 128,
      height: 64,
      steps: 12,
      guidance: 4.5,
      sampler: 'ddim',
      seed: 0,
      private: false,
    });
  });

  it('shows private results in direct messages only', async () => {
    const person = on.slack.join('shy');
    const before = on.shown().length;
    await person.slash(on.slack.general, 'apples --private');
    const message = await eventually(() => on.workspace.visible(person.dm.id)[0], 'a direct message');
    await eventually(() => on.memory.last().personId === person.id, 'the order');
    await on.memory.finish(on.memory.last().id);
    expect(files(message)).toHaveLength(1);
    expect((await on.whisper(person.id)).text).toContain('direct messages');
    expect(on.shown()).toHaveLength(before);
  });

  it('answers a mention in its thread', async () => {
    const person = on.slack.join('mentor');
    const { message: asking } = await person.mention(on.slack.general, 'a <b> & c --seed 3');
    const message = await eventually(
      () => on.shown().find(({ threadTs }) => threadTs === asking.ts),
      'an answer in the thread',
    );
    await eventually(() => on.memory.last().personId === person.id, 'the order');
    expect(on.memory.last().request).toMatchObject({ prompt: 'a <b> & c', seed: 3 });
    expect(on.memory.last().sender.name).toBe('mentor');
    await on.memory.finish(on.memory.last().id);
    expect(files(message)).toHaveLength(1);
    await person.mention(on.slack.general, '');
    expect((await on.whisper(person.id)).text).toContain('after my name');
  });

  it('does what every button says', async () => {
    const { person, message, generation } = await asked('apples');
    for (const [label, kind] of [
      ['Upscale', 'upscale'],
      ['Vary', 'imagine'],
      ['🔁 Re-roll', 'imagine'],
    ] as const) {
      const before = on.shown().length;
      await person.press(message, label);
      await on.nextShown(before);
      await eventually(
        () => on.memory.last().parentId === generation.id && on.memory.last().request.kind === kind,
        label,
      );
      await on.memory.finish(on.memory.last().id);
    }
    await person.press(message, 'Details');
    expect(words(await on.whisper(person.id))).toContain('Sampler: euler');
    const [file] = files(message);
    await person.press(message, 'Delete');
    await eventually(() => message.deleted, 'the message to go');
    await eventually(() => on.workspace.files.get(file!)?.deleted, 'the file to go');
    expect((await on.whisper(person.id, 2)).text).toContain('Deleted');
  });

  it('cancels for its owner', async () => {
    const { person, message } = await ask();
    await person.press(message, 'Cancel');
    await eventually(() => message.text.startsWith('Cancelled.'), 'the message to say so');
    expect(labels(message.blocks)).toEqual(['🔁 Try again', 'Delete']);
  });

  it('tells someone else privately that it is not theirs', async () => {
    const { message } = await asked();
    const other = on.slack.join('other');
    await other.press(message, 'Delete');
    expect((await on.whisper(other.id)).text).toContain('Only the person who asked');
    expect(message.deleted).toBe(false);
  });

  it('says that a deleted generation is gone', async () => {
    const { person, message } = await asked();
    const copy = { ...message, deleted: false };
    await person.press(message, 'Delete');
    await eventually(() => message.deleted, 'the message to go');
    await person.press(copy, 'Details');
    await eventually(
      () => on.workspace.whispers(person.id).some(({ text }) => text.includes('no longer here')),
      'a word',
    );
  });

  it('does what reactions say', async () => {
    const { person, message, generation } = await asked();
    for (const [reaction, kind] of [
      ['repeat', 'imagine'],
      ['arrows_counterclockwise', 'imagine'],
      ['arrow_up', 'upscale'],
    ] as const) {
      const before = on.shown().length;
      await person.react(message, reaction);
      await on.nextShown(before);
      await eventually(
        () => on.memory.last().parentId === generation.id && on.memory.last().request.kind === kind,
        reaction,
      );
    }
    await person.react(message, 'tada');
    await person.react(message, 'email');
    const dm = await eventually(() => on.workspace.visible(person.dm.id)[0], 'a direct message');
    expect(words(dm)).toContain('Sampler: euler');
    const other = on.slack.join('stranger');
    await other.react(message, 'x');
    expect((await on.whisper(other.id)).text).toContain('Only the person who asked');
    await person.react(message, 'x');
    await eventually(() => message.deleted, 'the message to go');
  });

  it('shows the jobs of a person in App Home and cancels from there', async () => {
    const { person, message } = await ask('apples for the <home>');
    await person.openHome();
    const home = () => on.workspace.homes.get(person.id);
    await eventually(home, 'App Home');
    expect(JSON.stringify(home())).toContain('apples for the &lt;home&gt;');
    await person.pressHome('Cancel');
    await eventually(() => message.text.startsWith('Cancelled.'), 'the job to stop');
    await eventually(() => home()?.published === 2, 'a fresh App Home');
    expect(labels(home()?.view.blocks)).toEqual(['Refresh']);
    await person.pressHome('Refresh');
    await eventually(() => home()?.published === 3, 'a fresh App Home');
  });

  it('runs a redelivered event once', async () => {
    const { act } = await ask();
    const count = on.memory.generations.size;
    expect((await act.again({ num: 1, reason: 'http_timeout' })).acked).toBe(true);
    const person = on.slack.join('repeated');
    const before = on.shown().length;
    const mention = await person.mention(on.slack.general, 'apples');
    const again = await Promise.all([
      mention.again({ num: 1, reason: 'http_timeout' }),
      mention.again({ num: 2, reason: 'http_timeout' }),
    ]);
    expect(again.every(({ acked }) => acked)).toBe(true);
    await on.nextShown(before);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(on.memory.generations.size).toBe(count + 1);
    expect(on.shown()).toHaveLength(before + 1);
  });

  it('shows one placeholder when the connection is lost after Slack took it', async () => {
    const before = on.shown().length;
    on.slack.api.fail('chat.postMessage', { kind: 'drop-after' });
    const { message } = await ask();
    expect(on.shown()).toHaveLength(before + 1);
    expect(message.deleted).toBe(false);
  });

  it('shows one placeholder when the connection is lost before Slack took it', async () => {
    const before = on.shown().length;
    on.slack.api.fail('chat.postMessage', { kind: 'drop-before' });
    await ask();
    expect(on.shown()).toHaveLength(before + 1);
  });

  it('does not post again when Slack cannot tell whether it did', async () => {
    const before = on.shown().length;
    const count = on.memory.generations.size;
    on.slack.api.fail('chat.postMessage', { kind: 'drop-before' });
    on.slack.api.fail('conversations.history', { kind: 'error', error: 'missing_scope' });
    const person = on.slack.join('unlucky');
    await person.slash(on.slack.general, 'apples');
    expect((await on.whisper(person.id)).text).toContain('did not answer');
    expect(on.shown()).toHaveLength(before);
    expect(on.memory.generations.size).toBe(count);
  });

  it('shows the outcome once when the edit, the upload or its completion is lost after Slack took it', async () => {
    for (const method of ['chat.update', 'upload', 'files.completeUploadExternal']) {
      const { message, generation } = await ask();
      const before = on.shown().length;
      on.slack.api.fail(method, { kind: 'drop-after' });
      await on.memory.finish(generation.id);
      expect(files(message)).toHaveLength(1);
      expect(on.shown()).toHaveLength(before);
    }
  });

  it('leaves one picture and one file when a delivery is repeated', async () => {
    const { message, generation } = await asked();
    const [first] = files(message);
    await on.memory.deliver(generation.id, 2);
    expect(files(message)).toHaveLength(1);
    expect(on.workspace.files.get(first!)?.deleted).toBe(true);
    expect(on.workspace.isReady(on.workspace.files.get(files(message)[0]!))).toBe(true);
  });

  it('hands a rate limit to the deliveries with the time to wait', async () => {
    const { generation } = await ask();
    on.slack.api.fail('chat.update', { kind: 'ratelimited', retryAfter: 7 });
    await expect(on.memory.finish(generation.id)).rejects.toMatchObject({
      code: 'platform_unavailable',
      detail: { retryAfterMs: 7000 },
    });
    await on.memory.deliver(generation.id, 2);
  });

  it('waits out a rate limit before the placeholder', async () => {
    on.slack.api.fail('chat.postMessage', { kind: 'ratelimited', retryAfter: 1 });
    const before = on.shown().length;
    await ask();
    expect(on.shown()).toHaveLength(before + 1);
  });

  it('says for good that a message deleted in Slack takes no outcome', async () => {
    const { message, generation } = await ask();
    message.deleted = true;
    await expect(on.memory.finish(generation.id)).rejects.toMatchObject({ code: 'platform_refused' });
  });

  it('brings the outcome to direct messages when the channel was closed meanwhile', async () => {
    const { person, generation } = await ask();
    on.slack.api.fail('chat.update', { kind: 'error', error: 'is_archived' });
    await on.memory.finish(generation.id);
    expect(files(on.workspace.visible(person.dm.id)[0]!)).toHaveLength(1);
    await on.memory.deliver(generation.id, 2);
    expect(on.workspace.visible(person.dm.id)).toHaveLength(1);
  });

  it('obeys a reaction that is quicker than the note of where the picture was shown', async () => {
    const { person, message } = await asked();
    on.memory.beLate(1);
    await person.react(message, 'x');
    await eventually(() => message.deleted, 'the message to go');
  });

  it('sends a direct message once for a reaction that is delivered again', async () => {
    const { person, message } = await asked();
    const act = await person.react(message, 'envelope');
    await eventually(() => on.workspace.visible(person.dm.id)[0], 'a direct message');
    await act.again({ num: 1, reason: 'http_timeout' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(on.workspace.visible(person.dm.id)).toHaveLength(1);
  });

  it('blurs what moderation hides', async () => {
    const { message, generation } = await asked();
    for (const image of generation.images) image.hidden = true;
    await on.memory.deliver(generation.id, 2);
    expect(words(message)).toContain('blurred');
    const bytes = on.workspace.files.get(files(message)[0]!)?.bytes;
    expect(bytes?.equals(PICTURE)).toBe(false);
  });

  it('says a word in another way when the response URL fails', async () => {
    const person = on.slack.join('deaf');
    on.slack.api.fail('hook', { kind: 'status', status: 500 });
    await person.slash(on.slack.general, 'apples --count 9');
    expect((await on.whisper(person.id)).text).toContain('count must be 1 to 4');
  });
});
