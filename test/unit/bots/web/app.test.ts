import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcome, working } from '../../../../src/bots/present.ts';
import { webApp } from '../../../../src/bots/web/app.ts';
import { webCourier } from '../../../../src/bots/web/courier.ts';
import { openHub } from '../../../../src/bots/web/hub.ts';
import { rememberLive } from '../../../../src/bots/web/live.ts';
import type { Message, WireReply } from '../../../../src/bots/web/wire.ts';
import type { Address, AddressOf } from '../../../../src/core/address.ts';
import type { KeptPicture } from '../../../../src/core/request.ts';
import { aBrushRecipe, anImage } from '../../../fixtures.ts';
import { memoryStudio } from './memory-studio.ts';

let pageFolder: string;
beforeAll(async () => {
  pageFolder = await mkdtemp(join(tmpdir(), 'page-'));
  await mkdir(join(pageFolder, 'assets'));
  await writeFile(join(pageFolder, 'index.html'), '<!doctype html><title>Atelier</title>');
  await writeFile(join(pageFolder, 'assets', 'main-abc.js'), 'void 0');
});
afterAll(() => rm(pageFolder, { recursive: true }));

function open(over: { pageFolder?: string; ready?: boolean; maxUpload?: number } = {}) {
  const studio = memoryStudio();
  const [hub, live] = [openHub(), rememberLive()];
  const check = (ok: boolean) => async () => ({ ok, parts: { database: ok ? 'ok' : 'not ready' } });
  const app = webApp({
    studio,
    hub,
    live,
    log: pino({ level: 'silent' }),
    boundTo: '127.0.0.1',
    maxUpload: over.maxUpload ?? 25 * 2 ** 20,
    pageFolder: over.pageFolder ?? pageFolder,
    operations: {
      health: check(true),
      ready: check(over.ready ?? true),
      metrics: async () => ({ body: 'atelier_jobs 0\n', contentType: 'text/plain; version=0.0.4' }),
    },
  });
  return { studio, hub, courier: webCourier({ hub, live }), browser: () => browser(app) };
}

/** Keeps its cookie, sends what a browser sends. */
function browser(app: ReturnType<typeof webApp>) {
  let cookie = '';
  const ask = async (
    path: string,
    init: { method?: string; body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> } = {},
  ) => {
    const headers = {
      host: '127.0.0.1:8080',
      'sec-fetch-site': 'same-origin',
      ...(cookie && { cookie }),
      ...init.headers,
    };
    const response = await app.request(path, { ...init, headers });
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    return response;
  };
  const post = (path: string, body: unknown, headers = {}) =>
    ask(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  return {
    ask,
    post,
    type: (text: string, eventId = randomUUID() as string) => post('/api/command', { text, eventId }),
    press: (code: string) => post('/api/press', { code, eventId: randomUUID() }),
    messages: async () => ((await (await ask('/api/messages')).json()) as { messages: Message[] }).messages,
    make: async (text: string) =>
      ((await (await post('/api/command', { text, eventId: randomUUID() })).json()) as { message: Message }).message,
  };
}

const noticeOf = async (response: Response) => ((await response.json()) as { notice: WireReply }).notice;
const session = (address: Address) => address as AddressOf<'web'>;

/** Reads the stream until `enough` of what came satisfies. */
async function read(response: Response, enough: (text: string) => boolean): Promise<string> {
  let text = '';
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text;
}

describe('the door', () => {
  it('refuses a name that is not ours, on every route', async () => {
    const { ask } = open().browser();
    for (const path of ['/', '/healthz', '/api/messages', '/api/events'])
      expect((await ask(path, { headers: { host: 'evil.example' } })).status).toBe(403);
  });

  it('refuses what another site sends, and records nothing', async () => {
    const { studio, browser } = open();
    const { post, ask } = browser();
    const body = { text: 'a cat', eventId: randomUUID() };
    expect((await post('/api/command', body, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await ask('/api/events', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect(studio.generations.size).toBe(0);
  });

  it('takes JSON and plain bytes only, which a form of another site cannot send', async () => {
    const { ask } = open().browser();
    const body = JSON.stringify({ text: 'a cat', eventId: randomUUID() });
    const response = await ask('/api/command', { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
    expect([response.status, (await noticeOf(response)).headline]).toEqual([
      400,
      'Send the request as application/json, a picture as application/octet-stream.',
    ]);
  });

  it.each([
    ['broken JSON', '{'],
    ['an unknown field', JSON.stringify({ text: 'a', eventId: randomUUID(), admin: true })],
    ['an event id of its own making', JSON.stringify({ text: 'a', eventId: '1' })],
    ['too long a text', JSON.stringify({ text: 'x'.repeat(20_001), eventId: randomUUID() })],
  ])('refuses %s', async (_what, body) => {
    const { ask } = open().browser();
    const response = await ask('/api/command', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(400);
  });

  it('stops reading past 64 KiB', async () => {
    const { type } = open().browser();
    expect((await type('x'.repeat(70_000))).status).toBe(413);
  });

  it('allows no inline script and no other origin', async () => {
    const policy = (await open().browser().ask('/')).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(policy).not.toContain('http');
  });

  it('gives out a cookie that scripts cannot read and other sites cannot send', async () => {
    const { browser } = open();
    const cookie = (await browser().ask('/')).headers.get('set-cookie');
    expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/i);
    expect(cookie).not.toBe((await browser().ask('/')).headers.get('set-cookie'));
  });
});

describe('files of the page', () => {
  it('are cached for ever when their name says what is in them, and never otherwise', async () => {
    const { ask } = open().browser();
    expect((await ask('/')).headers.get('cache-control')).toBe('no-cache');
    expect((await ask('/assets/main-abc.js')).headers.get('cache-control')).toContain('immutable');
    expect((await ask('/assets/missing.js')).status).toBe(404);
    expect((await ask('/assets/%2e%2e/index.html')).status).toBe(404);
  });

  it('are missed in plain words when nobody built them', async () => {
    const response = await open({ pageFolder: join(tmpdir(), 'no-page-here') })
      .browser()
      .ask('/');
    expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});

describe('a command', () => {
  it('is answered with the message it became', async () => {
    const { make, messages } = open().browser();
    const message = await make('/imagine two red apples --seed 7');
    expect(message.reply).toMatchObject({ state: 'waiting', headline: 'Accepted. Yours is next.' });
    expect(message.asked).toEqual({ by: '/imagine', text: 'two red apples --seed 7' });
    expect(await messages()).toMatchObject([{ id: message.id, asked: message.asked }]);
  });

  it('says how many jobs are before it', async () => {
    const { make } = open().browser();
    for (const place of ['Yours is next', '1 job before yours', '2 jobs before yours'])
      expect((await make('a cat')).reply.headline).toContain(place);
  });

  it('does nothing the second time the same event comes', async () => {
    const { studio, browser } = open();
    const { type } = browser();
    const eventId = randomUUID();
    await type('a cat', eventId);
    expect(await (await type('a cat', eventId)).json()).toEqual({ duplicate: true });
    expect(studio.generations.size).toBe(1);
  });

  it.each([
    ['/imagine', 'empty'],
    [`/imagine ${'x'.repeat(6001)}`, '6000'],
    ['a cat --seed -1', '0 or more'],
    ['a cat --count 5', '1 to 4'],
    ['a cat --size 100', 'multiples of 8'],
    ['a cat --frobnicate', 'no option'],
    ['/paint a cat', '/help'],
    ['/show me', 'id'],
  ])('%.30s is refused privately and leaves nothing behind', async (text, says) => {
    const { studio, browser } = open();
    const { type } = browser();
    const response = await type(text);
    expect(response.status).toBe(400);
    expect(await noticeOf(response)).toMatchObject({ headline: expect.stringContaining(says), private: true });
    expect(studio.generations.size).toBe(0);
  });

  it('/help names every command and option', async () => {
    const { type } = open().browser();
    const { lines } = await noticeOf(await type('/help'));
    for (const word of ['/imagine', '/show', '/history', '--seed', '--negative'])
      expect(lines.join('\n')).toContain(word);
  });

  it('/show brings a picture back, but no one else’s private one', async () => {
    const { browser } = open();
    const [ada, ben] = [browser(), browser()];
    const { id } = await ada.make('a cat --private');
    const shown = await ada.type(`/show ${id}`);
    expect(await shown.json()).toMatchObject({ message: { id } });
    expect((await ben.type(`/show ${id}`)).status).toBe(404);
  });

  it('/history lists what was made here, with ids', async () => {
    const { make, type } = open().browser();
    const { id } = await make('a cat');
    expect((await noticeOf(await type('/history'))).lines.join()).toContain(id);
  });

  it('/history shows one of them again, to those who may see it', async () => {
    const { browser, studio } = open();
    const [ada, ben] = [browser(), browser()];
    const { id } = await ada.make('a cat --private');
    studio.change(id, { status: 'done', images: [anImage({ generationId: id })] });
    const { menus } = await noticeOf(await ada.type('/history'));
    expect(menus[0]!.options).toEqual([{ label: '1 · a cat', code: expect.stringContaining(id) }]);
    const { code } = menus[0]!.options[0]!;
    expect(await (await ada.press(code)).json()).toMatchObject({
      message: { id, reply: { state: 'done' } },
      again: true,
    });
    expect((await ben.press(code)).status).toBe(404);
  });
});

describe('a button', () => {
  it('re-rolls into a new message of the chat', async () => {
    const { make, press, messages } = open().browser();
    const { id } = await make('a cat --seed 7');
    await press(`v1:reroll:0:${id}`);
    expect((await messages()).map(({ asked }) => asked.by)).toEqual(['/imagine', 'Re-roll']);
  });

  it('deletes, and tells every open page', async () => {
    const { studio, browser } = open();
    const { make, press, ask, messages } = browser();
    const { id } = await make('a cat');
    const events = await ask('/api/events');
    expect(await (await press(`v1:delete:0:${id}`)).json()).toMatchObject({ removed: id });
    expect(await read(events, (text) => text.includes('removed'))).toContain(id);
    expect(studio.generations.size).toBe(0);
    expect(await messages()).toEqual([]);
  });

  it('of someone else’s picture cannot delete it', async () => {
    const { studio, browser } = open();
    const { id } = await browser().make('a cat');
    expect((await browser().press(`v1:delete:0:${id}`)).status).toBe(403);
    expect(studio.generations.size).toBe(1);
  });

  it('of a deleted picture says so', async () => {
    const { press } = open().browser();
    const response = await press(`v1:reroll:0:${randomUUID()}`);
    expect([response.status, (await noticeOf(response)).headline]).toEqual([
      404,
      expect.stringContaining('no longer here'),
    ]);
  });

  it.each(['', 'v1:explode:0:x', 'v2:reroll:0:0190f3c0-7b1a-7cc3-8f4e-000000000001'])(
    '%j is none of ours',
    async (code) => {
      expect((await open().browser().press(code)).status).toBe(400);
    },
  );
});

describe('pictures', () => {
  async function finished(text: string) {
    const opened = open();
    const ada = opened.browser();
    const { id } = await ada.make(text);
    opened.studio.pictures.set('aa/bb/one', new Uint8Array([137, 80, 78, 71]));
    const view = opened.studio.change(id, {
      status: 'done',
      images: [anImage({ generationId: id, key: 'aa/bb/one' })],
    });
    await opened.courier.deliver(session(view.address), outcome(view), 1);
    const [message] = await ada.messages();
    return { ...opened, ada, id, view, src: `/${message!.reply.images[0]!.src}` };
  }

  it('are served with their type, for ever', async () => {
    const { ada, src } = await finished('a cat --private');
    const response = await ada.ask(src);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(response.headers.get('cache-control')).toMatch(/private.*immutable/);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array([137, 80, 78, 71]));
  });

  it('made in private are nobody else’s to see', async () => {
    const { browser, src } = await finished('a cat --private');
    expect((await browser().ask(src)).status).toBe(404);
  });

  it('need a generation that has them: a key alone opens nothing', async () => {
    const { ada, studio, id } = await finished('a cat');
    studio.pictures.set('secret', new Uint8Array([1]));
    expect((await ada.ask(`/api/pictures/secret?of=${id}`)).status).toBe(404);
    expect((await ada.ask('/api/pictures/aa%2Fbb%2Fone')).status).toBe(400);
    expect((await ada.ask(`/api/pictures/aa%2Fbb%2Fone?of=${randomUUID()}`)).status).toBe(404);
  });

  it('of an odd type are not shown as what they claim to be', async () => {
    const { ada, studio, id, src } = await finished('a cat');
    studio.change(id, { images: [anImage({ key: 'aa/bb/one', mime: 'text/html' })] });
    const response = await ada.ask(src);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('that moderation hides arrive marked', async () => {
    const { ada, studio, id } = await finished('a cat');
    studio.change(id, { images: [anImage({ hidden: true })] });
    expect((await ada.messages())[0]!.reply.images[0]!.hidden).toBe(true);
  });

  it('in the making are seen by the session that asked, also after a reload', async () => {
    const { studio, courier, browser } = open();
    const ada = browser();
    const { id } = await ada.make('a cat --private');
    studio.pictures.set('rough', new Uint8Array([255, 216]));
    const view = studio.change(id, { status: 'running' });
    const preview = { key: 'rough', bytes: 2, width: 64, height: 64 };
    await courier.progress(session(view.address), working(view, { generationId: id, step: 3, total: 20, preview }));
    const [message] = await ada.messages();
    expect(message!.reply).toMatchObject({ state: 'working', progress: { step: 3, total: 20 } });
    const src = `/${message!.reply.preview!.src}`;
    expect((await ada.ask(src)).headers.get('content-type')).toBe('image/jpeg');
    expect((await browser().ask(src)).status).toBe(404);
  });
});

describe('a picture that is handed in', () => {
  const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
  const hand = (ask: ReturnType<typeof browser>['ask'], bytes: Uint8Array<ArrayBuffer>) =>
    ask('/api/upload', { method: 'POST', body: bytes, headers: { 'content-type': 'application/octet-stream' } });

  it('is what a command beside it is about, and is shown to whoever sent it', async () => {
    const { studio, browser } = open();
    const { ask, post, messages } = browser();
    const { picture } = (await (await hand(ask, PNG)).json()) as { picture: KeptPicture };
    await post('/api/command', { text: 'ink', pictures: [picture], eventId: randomUUID() });
    const [message] = await messages();
    expect([...studio.generations.values()][0]!.request).toMatchObject({
      kind: 'stylize',
      brush: 'ink',
      source: picture,
    });
    expect(message!.asked).toMatchObject({ by: '/stylize', text: '--brush ink', pictures: [{ width: 8 }] });
    studio.change(message!.id, { recipe: aBrushRecipe({ source: picture }) });
    const src = `/${message!.asked.pictures![0]!.src}`;
    expect(new Uint8Array(await (await ask(src)).arrayBuffer())).toEqual(PNG);
    expect((await browser().ask(src)).status).toBe(404);
  });

  it('is for the option it names, and no two are for the same', async () => {
    const { studio, browser } = open();
    const { ask, post } = browser();
    const one = ((await (await hand(ask, PNG)).json()) as { picture: KeptPicture }).picture;
    const two = ((await (await hand(ask, Uint8Array.of(...PNG, 1))).json()) as { picture: KeptPicture }).picture;
    const send = (pictures: unknown[]) =>
      post('/api/command', { text: '/stylize --weights 3 1', pictures, eventId: randomUUID() });
    const all = [{ ...two, as: 'mask' }, one, { ...one, as: 'like' }, { ...two, as: 'like_2' }];
    expect((await send(all)).status).toBe(200);
    expect([...studio.generations.values()][0]!.request).toMatchObject({
      source: one,
      styles: [
        { picture: one, weight: 1 },
        { picture: two, weight: 1 / 3 },
      ],
      mask: two,
    });
    for (const as of ['mask', 'words', 'constructor'])
      expect((await send([one, { ...two, as: 'mask' }, { ...one, as }])).status).toBe(400);
    expect((await send(Array(9).fill(one))).status).toBe(400);
  });

  it('is refused in plain words when it is none, and nothing is kept', async () => {
    const { studio, browser } = open();
    const response = await hand(browser().ask, new TextEncoder().encode('<svg/>'));
    expect([response.status, (await noticeOf(response)).headline]).toEqual([400, 'That is no picture.']);
    expect(studio.pictures.size).toBe(0);
  });

  it('is not read past what the settings allow', async () => {
    const response = await hand(open().browser().ask, new Uint8Array(25 * 2 ** 20 + 1).fill(0x89));
    expect([response.status, (await noticeOf(response)).headline]).toEqual([400, expect.stringMatching(/25 MiB/)]);
    const tight = await hand(open({ maxUpload: 1.5 * 2 ** 20 }).browser().ask, new Uint8Array(2 ** 21).fill(0x89));
    expect([tight.status, (await noticeOf(tight)).headline]).toEqual([400, expect.stringMatching(/1\.5 MiB/)]);
  });

  it.each([
    ['/morph 1 2', /takes no attached picture/],
    ['/upscale', /at most 1 attached picture/],
  ])('%s says what it takes', async (text, says) => {
    const { ask, post } = open().browser();
    const { picture } = (await (await hand(ask, PNG)).json()) as { picture: KeptPicture };
    const response = await post('/api/command', { text, pictures: [picture, picture], eventId: randomUUID() });
    expect([response.status, (await noticeOf(response)).headline]).toEqual([400, expect.stringMatching(says)]);
  });
});

it('hands out all pictures of a generation as one archive, to whoever may see it', async () => {
  const { studio, browser } = open();
  const { make, ask } = browser();
  const { id } = await make('/face --count 12 --private');
  const images = Array.from({ length: 12 }, (_, index) => anImage({ index, seed: 7 + index, key: `k${index}` }));
  for (const { key, index } of images) studio.pictures.set(key, Uint8Array.of(index));
  const { request } = studio.change(id, { status: 'done', images });
  expect(request).toMatchObject({ kind: 'face', count: 12 });
  const response = await ask(`/api/archive/${id}`);
  expect(response.headers.get('content-disposition')).toMatch(/attachment; filename="face-.*\.zip"/);
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
  expect(Object.keys(files)).toHaveLength(12);
  expect(files['face-9.png']).toEqual(Uint8Array.of(2));
  expect((await browser().ask(`/api/archive/${id}`)).status).toBe(404);
});

describe('events', () => {
  it('reach every page of the session and no other', async () => {
    const { browser, hub } = open();
    const [ada, ben] = [browser(), browser()];
    const { id } = await ada.make('a cat');
    await ben.make('a dog');
    const [one, two, other] = [
      await ada.ask('/api/events'),
      await ada.ask('/api/events'),
      await ben.ask('/api/events'),
    ];
    await ada.press(`v1:reroll:0:${id}`);
    for (const page of [one, two])
      expect(await read(page, (text) => text.includes('event: message'))).toContain('Re-roll');
    hub.close();
    expect(await read(other, () => false)).not.toContain('event:');
  });

  it('bring the final answer, whatever id the page saw last', async () => {
    const { studio, courier, browser } = open();
    const { make, ask } = browser();
    const { id } = await make('a cat');
    const events = await ask('/api/events', { headers: { 'last-event-id': 'nonsense' } });
    const view = studio.change(id, { status: 'failed', error: { code: 'engine_lost', message: 'gone' } });
    await courier.deliver(session(view.address), outcome(view), 1);
    expect(await read(events, (text) => text.includes('event: reply'))).toContain('Please try again');
  });

  it('cut off a page that does not read, instead of keeping everything for it', async () => {
    const hub = openHub();
    const page = new Response(hub.subscribe('ada'));
    for (let i = 0; i < 1000; i++) hub.publish('ada', 'removed', { id: `${i}` });
    const text = await read(page, () => false); // ends by itself: the page connects again and fetches what is
    expect(text.split('event: removed').length - 1).toBeLessThan(300);
    hub.close();
  });

  it('are kept alive by heartbeats', async () => {
    const hub = openHub({ heartbeatMs: 5 });
    expect(await read(new Response(hub.subscribe('ada')), (text) => text.includes(': beat'))).toContain(': beat');
    hub.close();
  });
});

it('pages back through the history without gaps or repeats', async () => {
  const { make, ask } = open().browser();
  const made: string[] = [];
  for (let i = 0; i < 35; i++) made.push((await make(`cat ${i}`)).id);
  const page = async (query: string) =>
    (await (await ask(`/api/messages${query}`)).json()) as { messages: Message[]; earlier: boolean };
  const last = await page('');
  const first = await page(`?before=${last.messages[0]!.id}`);
  expect([last.earlier, first.earlier]).toEqual([true, false]);
  expect([...first.messages, ...last.messages].map(({ id }) => id)).toEqual(made);
});

it('offers nothing earlier where the page is just full', async () => {
  const { make, ask } = open().browser();
  for (let i = 0; i < 30; i++) await make(`cat ${i}`);
  expect(await (await ask('/api/messages')).json()).toMatchObject({ messages: { length: 30 }, earlier: false });
});

it('answers health, readiness and metrics', async () => {
  const { ask } = open({ ready: false }).browser();
  expect((await ask('/healthz')).status).toBe(200);
  const ready = await ask('/readyz');
  expect([ready.status, await ready.json()]).toEqual([503, { ok: false, parts: { database: 'not ready' } }]);
  const metrics = await ask('/metrics');
  expect([metrics.headers.get('content-type'), await metrics.text()]).toEqual([
    'text/plain; version=0.0.4',
    'atelier_jobs 0\n',
  ]);
});
