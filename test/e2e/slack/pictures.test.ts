/** Pictures that people hand over in Slack, on the wire: real Bolt, real cleansing, a studio in memory. */
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GenerationView } from '../../../src/core/records.ts';
import { startBot } from './bot.ts';
import { eventually } from './eventually.ts';
import { type Actor, labels } from './stand-in/people.ts';
import type { Message } from './stand-in/workspace.ts';

let on: Awaited<ReturnType<typeof startBot>>;
let alice: Actor;
let bob: Actor;
beforeAll(async () => {
  on = await startBot('socket', { fileDelayMs: 20 });
  [alice, bob] = [on.slack.join('alice'), on.slack.join('bob')];
});
afterAll(() => on?.stop());
afterEach(() => expect(on.workspace.violations.splice(0)).toEqual([]));

const PHOTO = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#7a9' } })
  .withExif({ IFD0: { Make: 'SECRET' } })
  .jpeg()
  .toBuffer();

const aFile = (name = 'photo.jpg', bytes = PHOTO, mimetype = 'image/jpeg', closed = false) =>
  on.workspace.addFile(name, bytes, mimetype, closed);
const aPost = (files = [aFile()]) => alice.post(on.slack.general, 'look', files);
const pictures = (message: Message) => message.blocks.filter(({ type }) => type === 'image');
const settle = () => new Promise((resolve) => setTimeout(resolve, 150));

/** The order that comes of it, and its message. */
async function ordered(act: () => Promise<unknown>): Promise<{ generation: GenerationView; message: Message }> {
  const before = on.memory.generations.size;
  await act();
  const generation = await eventually(() => [...on.memory.generations.values()][before], 'an order').catch(
    (cause: unknown) => {
      throw new Error(`No order. Last private word: ${lastWord()}`, { cause });
    },
  );
  const { address } = generation;
  if (address.platform !== 'slack') throw new Error('not in Slack');
  return { generation, message: on.workspace.find(address.channel, address.ts!)! };
}
async function made(act: () => Promise<unknown>) {
  const order = await ordered(act);
  await on.memory.finish(order.generation.id);
  return order;
}
const lastWord = () => on.workspace.messages.filter(({ onlyFor }) => onlyFor).at(-1)?.text;
/** The private word that something leads to; nobody else sees anything, and nothing is ordered. */
async function refused(who: Actor, act: () => Promise<unknown>): Promise<string> {
  const [orders, shown, words] = [on.memory.generations.size, on.shown().length, on.workspace.whispers(who.id).length];
  await act();
  const { text } = await on.whisper(who.id, words + 1);
  expect([on.memory.generations.size, on.shown().length]).toEqual([orders, shown]);
  return text;
}
const modal = (who: Actor) => eventually(() => who.modal(), 'the form');
async function stylizeThis(who: Actor, message: Message, values: Record<string, string> = { brush: 'ink' }) {
  await who.shortcut(message, 'stylize_this');
  await modal(who);
  return who.submit(values);
}

describe('“Stylize this image”', () => {
  it('opens a form, takes the file without its metadata, and answers in the thread', async () => {
    const post = aPost();
    const act = await alice.shortcut(post, 'stylize_this');
    expect(act.ms).toBeLessThan(1000);
    const { view } = await modal(alice);
    expect(view.title).toMatchObject({ text: 'Stylize this image' });
    const values = { brush: 'ink', strength: '0.4', words: 'on old paper' };
    const { generation, message } = await made(() => alice.submit(values));
    expect(message.threadTs).toBe(post.ts);
    const { request } = generation;
    expect(request).toMatchObject({ kind: 'stylize', brush: 'ink', strength: 0.4, words: 'on old paper' });
    const { key } = (request as { source: { key: string } }).source;
    expect(on.memory.owners.get(key)).toBe(alice.id);
    const stored = Buffer.from(await on.memory.read(key));
    expect(await sharp(stored).metadata()).toMatchObject({ format: 'png', width: 40, height: 30 });
    expect(stored.includes('SECRET')).toBe(false);
    expect(pictures(message)).toHaveLength(1);
  });

  it('of one of ours takes it from the record: which of four, the form asks', async () => {
    const { generation, message } = await made(() => alice.slash(on.slack.general, 'apples --count 4'));
    const { generation: painted } = await ordered(() => stylizeThis(bob, message, { which: '2', brush: 'mosaic' }));
    expect(painted.request).toMatchObject({ source: { generationId: generation.id, index: 2 }, brush: 'mosaic' });
  });

  it('asks for something to do, beside the field', async () => {
    const answer = await stylizeThis(alice, aPost(), {});
    expect(answer.body).toMatchObject({ errors: { words: expect.stringContaining('Choose a brush') } });
    const { generation } = await ordered(() => alice.submit({ like: aFile('style.jpg') }));
    expect(generation.request).toMatchObject({ styles: [{ picture: { width: 40 } }] });
  });

  it('says so where there is no picture', async () => {
    const post = alice.post(on.slack.general, 'only words', [aFile('a.txt', Buffer.from('x'), 'text/plain')]);
    expect(await refused(alice, () => alice.shortcut(post, 'stylize_this'))).toContain('no picture in that message');
  });

  it.each([
    ['Slack’s sign-in page instead of the file', () => aFile('a.jpg', PHOTO, 'image/jpeg', true), 'sign-in page'],
    ['a file that is too large', () => aFile('a.png', Buffer.alloc(3 * 2 ** 20), 'image/png'), 'larger than 2 MiB'],
    [
      'a web page that calls itself a picture',
      () => aFile('a.png', Buffer.from('<!doctype html>'), 'image/png'),
      'web page',
    ],
    ['half a picture', () => aFile('a.jpg', PHOTO.subarray(0, 400)), 'damaged'],
  ])('says what is wrong with %s, privately', async (_, file, word) => {
    const post = aPost([file()]);
    expect(await refused(bob, () => stylizeThis(bob, post))).toContain(word);
  });
});

describe('what is below a stylized picture', () => {
  const painted = () => made(() => stylizeThis(alice, aPost(), { brush: 'ink', strength: '0.6' }));

  it('softer and stronger ask again, with the same picture', async () => {
    const { generation, message } = await painted();
    expect(labels(message.blocks)).toEqual(expect.arrayContaining(['Before', 'Softer', 'Stronger']));
    const { source } = generation.request as { source: unknown };
    const strengthOf = ({ request }: GenerationView) => (request as { strength: number }).strength;
    const { generation: stronger, message: answer } = await ordered(() => alice.press(message, 'Stronger'));
    expect(stronger.request).toMatchObject({ source, brush: 'ink' });
    expect(strengthOf(stronger)).toBeGreaterThan(0.6);
    expect(stronger.parentId).toBe(generation.id);
    expect(answer.threadTs).toBe(message.threadTs);
    expect(strengthOf((await ordered(() => alice.press(message, 'Softer'))).generation)).toBeLessThan(0.6);
  });

  it('another brush is a choice from the menu', async () => {
    const { message } = await painted();
    const { generation } = await ordered(() => alice.choose(message, 'Mosaic'));
    expect(generation.request).toMatchObject({ kind: 'stylize', brush: 'mosaic' });
  });

  it('before and after stand beside each other, for whoever handed it in alone', async () => {
    const { message } = await painted();
    const words = on.workspace.whispers(alice.id).length;
    await alice.press(message, 'Before');
    const shown = await on.whisper(alice.id, words + 1);
    expect(pictures(shown).map(({ title }) => title.text)).toEqual(['Before', 'After']);
    expect(await refused(bob, () => bob.press(message, 'Before'))).toContain(
      'Only the person who handed the picture in',
    );
  });
});

describe('🎨', () => {
  const settings = { command: '/brush' };

  it('does nothing until whoever manages the channel asked for it; then it paints in the thread', async () => {
    const chief = on.slack.join('chief', { admin: true });
    const post = aPost();
    const before = on.memory.generations.size;
    await bob.react(post, 'art');
    await settle();
    expect(on.memory.generations.size).toBe(before);
    expect(await refused(bob, () => bob.slash(on.slack.general, 'ink', settings))).toContain('Only whoever created');
    expect(await refused(chief, () => chief.slash(on.slack.general, 'inc', settings))).toContain('Did you mean “ink”');
    expect(await refused(chief, () => chief.slash(on.slack.general, 'ink', settings))).toContain('paints it with Ink');
    const { generation, message } = await ordered(() => bob.react(post, 'art::skin-tone-2'));
    expect(generation.request).toMatchObject({ kind: 'stylize', brush: 'ink' });
    expect(on.memory.owners.get((generation.request as { source: { key: string } }).source.key)).toBe(bob.id);
    expect(message.threadTs).toBe(post.ts);
    const ours = await made(() => alice.slash(on.slack.general, 'apples'));
    const { generation: again } = await ordered(() => bob.react(ours.message, 'art'));
    expect(again).toMatchObject({
      request: { source: { generationId: ours.generation.id } },
      parentId: ours.generation.id,
    });
    const answer = alice.post(on.slack.general, 'in a thread', [aFile()], post.ts);
    expect((await ordered(() => bob.react(answer, 'art'))).message.threadTs).toBe(post.ts);
    await refused(chief, () => chief.slash(on.slack.general, 'off', settings));
    const orders = on.memory.generations.size;
    await bob.react(post, 'art');
    await settle();
    expect(on.memory.generations.size).toBe(orders);
  });

  it('is up to whoever created a channel', async () => {
    const mine = on.workspace.addChannel('mine', 'public', [bob.id, on.workspace.botUser]);
    mine.creator = bob.id;
    await bob.slash(mine, 'mosaic', settings);
    await eventually(() => lastWord()?.includes('Mosaic'), 'the confirmation');
    await bob.slash(mine, '', settings);
    await eventually(() => lastWord()?.includes('paints it with mosaic'), 'what it is now');
  });
});

describe('a mention', () => {
  it('with a picture stylizes it: with a brush, or in words', async () => {
    const brushed = await ordered(() => alice.mention(on.slack.general, 'stylize ink', { files: [aFile()] }));
    expect(brushed.generation.request).toMatchObject({ kind: 'stylize', brush: 'ink', source: { width: 40 } });
    const worded = await ordered(() => alice.mention(on.slack.general, 'as a stormy sea', { files: [aFile()] }));
    expect(worded.generation.request).toMatchObject({ kind: 'stylize', words: 'as a stormy sea' });
    const like = await ordered(() => alice.mention(on.slack.general, 'stylize', { files: [aFile(), aFile('b.jpg')] }));
    expect(like.generation.request).toMatchObject({ styles: [{ picture: { height: 30 } }] });
  });

  it('does what a command does', async () => {
    const larger = await ordered(() => alice.mention(on.slack.general, 'upscale --factor 2', { files: [aFile()] }));
    expect(larger.generation.request).toMatchObject({ kind: 'upscale', factor: 2, source: { width: 40 } });
    const faces = await ordered(() => alice.mention(on.slack.general, 'face --count 3'));
    expect(faces.generation.request).toMatchObject({ kind: 'face', count: 3 });
    const words = await ordered(() => alice.mention(on.slack.general, 'constructor of worlds'));
    expect(words.generation.request).toMatchObject({ kind: 'imagine', prompt: 'constructor of worlds' });
  });
});

describe('commands', () => {
  it('/stylize opens a form with the brush that was typed', async () => {
    await alice.slash(on.slack.general, 'mosaic', { command: '/stylize' });
    await modal(alice);
    const { generation } = await ordered(() => alice.submit({ picture: aFile() }));
    expect(generation.request).toMatchObject({ kind: 'stylize', brush: 'mosaic', source: { width: 40 } });
  });

  it('/jobs and App Home say where one’s own jobs stand', async () => {
    const carol = on.slack.join('carol');
    await ordered(() => carol.slash(on.slack.general, 'a red hat'));
    await carol.slash(on.slack.general, '', { command: '/jobs' });
    const said = JSON.stringify((await on.whisper(carol.id)).blocks);
    expect(said).toMatch(/a red hat: 2 jobs before yours\. About 30 s.*Here: 1 being made, 3 waiting/);
    await carol.slash(on.slack.general, 'history', { command: '/jobs' });
    expect((await on.whisper(carol.id, 2)).text).toContain('latest jobs');
    await carol.mention(on.slack.general, 'jobs');
    expect((await on.whisper(carol.id, 3)).text).toContain('Your jobs: 1');
    await carol.openHome();
    const home = await eventually(() => on.workspace.homes.get(carol.id), 'App Home');
    expect(JSON.stringify(home.view)).toContain('2 jobs before yours. About 30 s');
  });

  it('/jobs history shows a picture again to its person alone, and what is made of it there too', async () => {
    const dora = on.slack.join('dora');
    const first = await made(() => dora.slash(on.slack.general, 'a red hat'));
    await dora.slash(on.slack.general, 'history', { command: '/jobs' });
    await dora.choose(await on.whisper(dora.id), '1 · a red hat');
    const shown = await on.whisper(dora.id, 2);
    expect(pictures(shown)).toHaveLength(1);
    const { generation } = await ordered(() => dora.press(shown, 'Upscale'));
    expect(generation).toMatchObject({ request: { private: true }, parentId: first.generation.id });
  });

  it('/upscale opens a form, and “Enlarge this image” needs none', async () => {
    await alice.slash(on.slack.general, '', { command: '/upscale' });
    await modal(alice);
    const formed = await ordered(() => alice.submit({ picture: aFile(), factor: '2' }));
    expect(formed.generation.request).toMatchObject({ kind: 'upscale', factor: 2 });
    const post = aPost();
    const { generation, message } = await ordered(() => alice.shortcut(post, 'upscale_this'));
    expect(generation.request).toMatchObject({ kind: 'upscale', factor: 4, source: { height: 30 } });
    expect(message.threadTs).toBe(post.ts);
  });

  it('/morph comes as a GIF, since image blocks show no WebP', async () => {
    const { message } = await made(() => alice.slash(on.slack.general, '7 12', { command: '/morph' }));
    const [{ slack_file }] = pictures(message) as [{ slack_file: { id: string } }];
    const file = on.workspace.files.get(slack_file.id)!;
    expect(file.mimetype).toBe('image/gif');
    expect(await sharp(file.bytes).metadata()).toMatchObject({ pages: 3, delay: [40, 40, 40] });
  });

  it('/face of many comes as one sheet and an archive in the thread, and both go together', async () => {
    const { message, generation } = await made(() =>
      alice.slash(on.slack.general, '--count 120', { command: '/face' }),
    );
    expect(pictures(message)).toHaveLength(1);
    const handedOut = on.workspace.visible(on.slack.general.id).filter(({ threadTs }) => threadTs === message.ts);
    const [zip] = handedOut.flatMap(({ files = [] }) => files.map((id) => on.workspace.files.get(id)!));
    expect(zip).toMatchObject({ mimetype: 'application/zip', name: `face-${generation.id.slice(-8)}.zip` });
    expect(JSON.stringify(message.blocks)).toContain('All 120 pictures are in the archive in the thread.');
    await alice.press(message, 'Take one…');
    await modal(alice);
    const wrong = await alice.submit({ which: '999' });
    expect(wrong.body).toMatchObject({ errors: { which: expect.stringContaining('a number from 1 to 120') } });
    const taken = await ordered(() => alice.submit({ which: 'seed 106' }));
    expect(taken.generation.request).toMatchObject({ picture: { generationId: generation.id, index: 99 } });
    const painted = await ordered(() => stylizeThis(bob, message, { which: '77', brush: 'ink' }));
    expect(painted.generation.request).toMatchObject({ source: { generationId: generation.id, index: 76 } });
    await on.memory.deliver(generation.id, 2); // as after a lost answer
    const archives = [...on.workspace.files.values()].filter(({ name }) => name === zip!.name);
    expect(archives).toHaveLength(1);
    await alice.press(message, 'Delete');
    await eventually(() => zip!.deleted, 'the archive to go');
  });

  it('/face of many where no archive is taken is still many: it says so, and asks which', async () => {
    on.slack.api.fail('files.completeUploadExternal', { kind: 'error', error: 'file_uploads_except_images_disabled' });
    const { message, generation } = await made(() => alice.slash(on.slack.general, '--count 12', { command: '/face' }));
    expect(JSON.stringify(message.blocks)).toContain(
      'All 12 pictures are on the sheet. There is no archive: This workspace does not take this kind of file.',
    );
    await alice.shortcut(message, 'upscale_this');
    await modal(alice);
    const enlarged = await ordered(() => alice.submit({ which: '7', factor: '2' }));
    expect(enlarged.generation.request).toMatchObject({ source: { generationId: generation.id, index: 6 } });
  });
});
