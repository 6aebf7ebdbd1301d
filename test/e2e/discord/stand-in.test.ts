/** The stand-in itself: a bot that breaks a rule is caught, so a silent run means something. */
import { MessageResponseSchema } from 'discord-api-spec/zod';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { interact } from './interactions.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import type { Interaction } from './world.ts';

let discord: StandIn;
let general: string;

beforeEach(async () => {
  discord = await startStandIn();
  general = [...discord.world.channels.keys()][0]!;
});
afterEach(() => discord.close());

const agent = { 'user-agent': 'DiscordBot (test, 1)' };
const bot = { ...agent, authorization: '' };

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = bot) {
  const form = body instanceof FormData;
  const response = await fetch(`${discord.url}/v10${path}`, {
    method,
    headers: {
      ...headers,
      ...('authorization' in headers && { authorization: `Bot ${discord.token}` }),
      ...(!form && body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: form ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text ? JSON.parse(text) : undefined;
  return { status: response.status, code: json?.code, json };
}

const quiet = { allowed_mentions: { parse: [] } };
const button = (id: string, label = 'x') => ({ type: 2, style: 1, label, custom_id: id });
const rows = (...rows: object[][]) => ({ components: rows.map((components) => ({ type: 1, components })) });
const post = (body: object | FormData) => call('POST', `/channels/${general}/messages`, body);

const clicked = (type: Interaction['type'] = 2): Interaction => {
  const user = discord.person('alice').user;
  const channel = discord.world.channels.get(general)!;
  return interact(discord.world, 'http://x', { type, user, channel, data: {} }).interaction;
};
const answer = ({ id, token }: Interaction, body: object) =>
  call('POST', `/interactions/${id}/${token}/callback?with_response=true`, body, agent);
const original = ({ token }: Interaction) => `/webhooks/${discord.world.applicationId}/${token}/messages/@original`;

async function withFile(bytes: Uint8Array, attachments: object[] = [{ id: 0, description: 'AI-generated image' }]) {
  const form = new FormData();
  form.set('payload_json', JSON.stringify({ content: 'x', ...quiet, attachments }));
  form.set('files[0]', new File([new Uint8Array(bytes)], 'a.png', { type: 'image/png' }));
  return post(form);
}
const png = () =>
  sharp({ create: { width: 4, height: 4, channels: 3, background: '#000' } })
    .png()
    .toBuffer();

it.each([
  ['2,001 characters', { content: 'x'.repeat(2001), ...quiet }, /2001 of 2000/],
  ['an empty message', { ...quiet }, /empty message/],
  ['an echo that could ping', { content: '@everyone' }, /allowed_mentions/],
  ['a ping by name', { content: 'x', allowed_mentions: { parse: [], users: ['1'] } }, /pinged/],
  ['six rows', { content: 'x', ...quiet, ...rows(...[1, 2, 3, 4, 5, 6].map((i) => [button(`${i}`)])) }, /6 of 5 rows/],
  ['six buttons in a row', { content: 'x', ...quiet, ...rows([1, 2, 3, 4, 5, 6].map((i) => button(`${i}`))) }, /.+/],
  ['one custom_id twice', { content: 'x', ...quiet, ...rows([button('a'), button('a')]) }, /twice/],
  ['a custom_id of 101', { content: 'x', ...quiet, ...rows([button('a'.repeat(101))]) }, /.+/],
  ['a button without a face', { content: 'x', ...quiet, ...rows([{ type: 2, style: 1, custom_id: 'a' }]) }, /label/],
  ['a field that does not exist', { content: 'x', contents: 'y', ...quiet }, /unknown field contents/],
  ['a wrong type', { content: 7, ...quiet }, /schema/],
  ['a nonce of 26', { content: 'x', nonce: 'n'.repeat(26), ...quiet }, /schema/],
  [
    'an attachment that names no file',
    { content: 'x', ...quiet, attachments: [{ id: '0', description: 'x' }] },
    /no file/,
  ],
])('catches %s', async (_what, body, rule) => {
  await post(body);
  expect(discord.violations().join()).toMatch(rule);
});

it('catches a file without alt text, a file without entry, and something that is no picture', async () => {
  await withFile(await png(), [{ id: 0 }]);
  await withFile(await png(), []);
  await withFile(new Uint8Array([1, 2, 3]));
  expect(discord.violations()).toEqual([
    expect.stringContaining('no alt text'),
    expect.stringContaining('no attachments entry'),
    expect.stringContaining('neither a picture nor an archive'),
  ]);
});

it('turns away a file over the limit', async () => {
  discord.world.fileLimit = 10;
  expect(await withFile(await png())).toMatchObject({ status: 413, code: 40005 });
});

it('serves an attachment by a signed link, for a day', async () => {
  const bytes = await png();
  const { json } = await withFile(bytes);
  const { url } = json.attachments[0];
  expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(bytes);
  expect((await fetch(url.replace(/hm=\w\w/, 'hm=00'))).status).toBe(404);
  discord.world.clock.advance(25 * 3600_000);
  expect((await fetch(url)).status).toBe(404);
});

it('answers with messages of the real shape', async () => {
  const { json } = await withFile(await png());
  // The schema wants times in Z; the live API writes +00:00.
  const inZ = { ...json, timestamp: json.timestamp.replace('+00:00', 'Z') };
  expect(MessageResponseSchema.safeParse(inZ).error?.issues).toBeUndefined();
});

it('gives three seconds, one answer, and a quarter of an hour', async () => {
  const late = clicked();
  discord.world.clock.advance(3001);
  expect(await answer(late, { type: 5 })).toMatchObject({ status: 404, code: 10062 });
  expect(discord.violations()).toEqual([expect.stringContaining('did not respond')]);

  const click = clicked();
  expect(await call('PATCH', original(click), { content: 'x', ...quiet }, agent)).toMatchObject({ code: 10015 });
  expect(await answer(click, { type: 5 })).toMatchObject({ status: 200 });
  expect(await answer(click, { type: 5 })).toMatchObject({ status: 400, code: 40060 });
  expect(await call('PATCH', original(click), { content: 'x', ...quiet }, agent)).toMatchObject({ status: 200 });
  discord.world.clock.advance(15 * 60_000);
  expect(await call('PATCH', original(click), { content: 'y', ...quiet }, agent)).toMatchObject({
    status: 401,
    code: 50027,
  });
  expect(discord.violations().slice(0, 2)).toEqual([
    expect.stringContaining('before it was acknowledged'),
    expect.stringContaining('answered twice'),
  ]);
});

it('knows which answer fits what, and that privacy is for ever', async () => {
  await answer(clicked(4), { type: 5 });
  await answer(clicked(2), { type: 7, data: {} });
  await answer(clicked(2), { type: 5, data: { flags: 64, content: 'x', ...quiet } });
  const click = clicked();
  await answer(click, { type: 5 });
  await call('PATCH', original(click), { content: 'x', flags: 64, ...quiet }, agent);
  expect(discord.violations()).toEqual([
    expect.stringContaining('type 5 does not fit'),
    expect.stringContaining('type 7 does not fit'),
    expect.stringContaining('ephemeral flag only'),
    expect.stringContaining('cannot change'),
  ]);
});

it('hides private messages from the bot token', async () => {
  const click = clicked();
  const { json } = await answer(click, { type: 5, data: { flags: 64 } });
  const { id } = json.resource.message;
  expect(await call('PATCH', `/channels/${general}/messages/${id}`, { content: 'x', ...quiet })).toMatchObject({
    code: 10008,
  });
});

it('wants the bot token where it belongs, and nowhere else', async () => {
  expect(await call('GET', '/users/@me', undefined, agent)).toMatchObject({ status: 401 });
  const { id, token } = clicked();
  await call('POST', `/interactions/${id}/${token}/callback`, { type: 5 });
  expect(discord.violations()).toEqual([expect.stringContaining('already authorizes')]);
});

it('remembers a nonce for minutes', async () => {
  const body = { content: 'x', nonce: 'n', enforce_nonce: true, ...quiet };
  const ids = [await post(body), await post(body)].map(({ json }) => json.id);
  expect(ids[0]).toBe(ids[1]);
  discord.world.clock.advance(10 * 60_000);
  expect((await post(body)).json.id).not.toBe(ids[0]);
});

it('counts the requests of a second', async () => {
  await Promise.all(Array.from({ length: 51 }, () => call('GET', '/users/@me')));
  expect(discord.violations()).toEqual(['more than 50 requests in a second']);
});

it.each([
  [
    'a required option behind',
    {
      options: [
        { name: 'a', description: 'a', type: 3 },
        { name: 'b', description: 'b', type: 3, required: true },
      ],
    },
    /required option after/,
  ],
  ['an upper-case name', { name: 'Imagine' }, /no command or option name/],
  ['no description', { description: '' }, /without description/],
])('catches a command with %s', async (_what, over, rule) => {
  const path = `/applications/${discord.world.applicationId}/commands`;
  await call('PUT', path, [{ name: 'imagine', description: 'x', type: 1, ...over }]);
  expect(discord.violations().join()).toMatch(rule);
});

it('catches a menu beside a button, a menu of nothing, two choices of one value, and a form of nothing', async () => {
  const option = { label: 'a', value: 'a' };
  const menu = (options: object[], id = 'm') => ({ type: 3, custom_id: id, options });
  await post({ content: 'x', ...quiet, ...rows([menu([option]), button('b')]) });
  await post({ content: 'x', ...quiet, ...rows([menu([])]) });
  await post({ content: 'x', ...quiet, ...rows([menu([option, option])]) });
  await answer(clicked(), { type: 9, data: { custom_id: 'f', title: 'Form', components: [] } });
  const caught = discord.violations();
  for (const [i, rule] of ['shares its row', 'options', 'one value'].entries()) expect(caught[i]).toContain(rule);
  expect(caught[3]).toMatch(/form|callback 9/);
  expect((await answer(clicked(5), { type: 9, data: {} })).status).toBe(400);
});

it('shows a bot without the privileged intent nothing of other people’s messages', async () => {
  const message = discord.person('alice').post('look', [{ filename: 'a.png', bytes: await png() }]);
  const read = () => call('GET', `/channels/${general}/messages/${message.id}`);
  expect((await read()).json).toMatchObject({ content: '', attachments: [] });
  discord.world.messageContent = true;
  expect((await read()).json).toMatchObject({ content: 'look', attachments: [{ filename: 'a.png' }] });
});
