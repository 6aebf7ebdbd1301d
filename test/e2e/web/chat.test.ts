import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../app/app.ts';
import { connected, keep, openBrowser, tabTo, type Visit, visit } from './browser.ts';

const APPLES = '/imagine two red apples on a blue background';

let folder: string;
let app: App;
let browser: Browser;
let visits: Visit[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-web-'));
  [app, browser] = await Promise.all([startApp({ DATA_DIR: join(folder, 'data') }), openBrowser()]);
});
afterEach(async () => {
  const trouble = visits.flatMap((visit) => visit.trouble);
  await Promise.all(visits.map((visit) => visit.close()));
  visits = [];
  expect(trouble).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await app?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const come = async (options: BrowserContextOptions = {}) => {
  const visitor = await visit(browser, app.url, options);
  visits.push(visitor);
  return visitor;
};
const done = ({ last }: Visit, timeout = 60_000) => last.locator('.answer[data-state=done]').waitFor({ timeout });
/** Polls until `look` answers what is expected. */
const eventually = <Value>(look: () => Promise<Value>) => expect.poll(look, { timeout: 20_000, interval: 50 });
const headline = ({ last }: Visit) => last.locator('.answer .headline').textContent();
/** No wider than the window, so nothing scrolls sideways. */
const overflow = ({ page }: Visit) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

it('greets with examples, and says which chats are off and what would turn them on', async () => {
  const { page } = await come();
  await page.getByRole('heading', { name: 'What shall we draw?' }).waitFor();
  expect(await page.locator('#elsewhere').textContent()).toMatch(/DISCORD_TOKEN.*SLACK_BOT_TOKEN/);
  await page.locator('summary').click();
  expect(await page.locator('#status-panel').textContent()).toMatch(/sticker-diffusion/);
  await keep(page, 'welcome');
});

it('takes a prompt from accepted over progress and a preview to a picture with alt text and seed', async () => {
  const ada = await come();
  const seen = new Set<string>();
  await ada.page.exposeFunction('saw', (state: string) => seen.add(state));
  await ada.page.evaluate(() => {
    const saw = (window as unknown as { saw(state: string): void }).saw;
    new MutationObserver(() => {
      const answer = document.querySelector<HTMLElement>('.answer');
      if (answer) saw(`${answer.dataset.state}${answer.querySelector('.easel img') ? ' with preview' : ''}`);
      const bar = document.querySelector('progress');
      if (bar && !bar.hidden && bar.value > 0 && bar.value < bar.max) saw('progress');
    }).observe(document.body, { subtree: true, childList: true, attributes: true });
  });
  await ada.say(`${APPLES} --seed 7 --steps 150`);
  await ada.last.locator('.answer').waitFor();
  expect(await ada.last.locator('.asked').textContent()).toContain(
    'two red apples on a blue background --seed 7 --steps 150',
  );
  await done(ada);
  expect([...seen]).toEqual(expect.arrayContaining(['waiting', 'working', 'working with preview', 'progress', 'done']));

  const image = ada.last.locator('.picture img');
  expect(await image.getAttribute('alt')).toMatch(/^AI-generated image: .*two red apples/);
  await eventually(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBeGreaterThan(100);
  expect(await ada.last.locator('.lines').textContent()).toMatch(/Seed 7\..*AI-generated/);
  expect(await ada.page.locator('#announcer').textContent()).toContain('two red apples');
  await keep(ada.page, 'chat-page');
});

it('is steered by the keyboard alone: suggestions, buttons, large view, delete', async () => {
  const ada = await come();
  const { page, last, exchanges } = ada;
  await tabTo(page, page.locator('#prompt'));
  await page.keyboard.type('/im');
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('#prompt').getAttribute('aria-activedescendant')).toBe('suggestion-0');
  await page.keyboard.press('Enter');
  await page.keyboard.type('a red apple --steps 4 --cou');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('4');
  expect(await page.locator('#prompt').inputValue()).toBe('/imagine a red apple --steps 4 --count 4');
  await page.keyboard.press('Enter');
  await done(ada);
  expect(await last.locator('.picture img').count()).toBe(4);
  expect(await last.locator('figcaption').first().textContent()).toMatch(/^1seed \d+$/);

  await page.locator('h1').click(); // focus to the top
  await tabTo(page, last.locator('.picture').nth(1));
  await page.keyboard.press('Enter');
  const viewer = page.getByRole('dialog');
  expect(await viewer.textContent()).toContain('2 of 4');
  await page.keyboard.press('ArrowRight');
  expect(await viewer.textContent()).toContain('3 of 4');
  await page.keyboard.press('Escape');
  expect(await viewer.isVisible()).toBe(false);
  expect(
    await last
      .locator('.picture')
      .nth(1)
      .evaluate((element) => element === document.activeElement),
  ).toBe(true);

  await tabTo(page, last.getByRole('button', { name: 'V2: vary picture 2' }));
  await page.keyboard.press('Enter');
  await eventually(() => exchanges.count()).toBe(2);
  expect(await last.locator('.asked').textContent()).toContain('Vary picture 2');
  await done(ada);

  await tabTo(page, last.getByRole('button', { name: 'Details' }));
  await page.keyboard.press('Enter');
  await last.locator('.notice .fact', { hasText: 'Variation' }).waitFor();

  await tabTo(page, last.getByRole('button', { name: 'Delete' }));
  await page.keyboard.press('Enter');
  expect(await exchanges.count()).toBe(2); // it asks first
  await page.keyboard.press('Enter');
  await eventually(() => exchanges.count()).toBe(1);
  expect(await page.locator('#prompt').evaluate((element) => element === document.activeElement)).toBe(true);
  await page.reload();
  await eventually(() => exchanges.count()).toBe(1);
});

it('enlarges, re-rolls, and goes back to what was made before', async () => {
  const ada = await come();
  await ada.say('a yellow star --steps 4 --seed 3');
  await done(ada);
  const width = () => ada.last.locator('.picture img').evaluate((image: HTMLImageElement) => image.naturalWidth);
  await eventually(width).toBeGreaterThan(0);
  const before = await width();
  await ada.last.getByRole('button', { name: 'Re-roll' }).click();
  await eventually(() => ada.exchanges.count()).toBe(2);
  await done(ada);
  expect(await ada.last.locator('.lines').textContent()).not.toMatch(/Seed 3\./);
  await ada.last.getByRole('button', { name: 'Upscale' }).click();
  await eventually(() => ada.exchanges.count()).toBe(3);
  await done(ada);
  await eventually(width).toBeGreaterThan(before);
  await ada.last.locator('.picture').click();
  expect(await ada.page.locator('#viewer .soft').textContent()).not.toContain('seed'); // nothing in it depends on one
  await ada.page.keyboard.press('Escape');
  await ada.say('/history');
  await ada.page.getByLabel('Show again…').selectOption({ index: 3 }); // newest first
  await keep(ada.page, 'history');
  await ada.page.getByRole('button', { name: 'Show it again' }).click();
  const first = ada.exchanges.first().locator('.answer');
  await eventually(() => first.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await ada.exchanges.count()).toBe(3);
});

it('cancels what is under way, and offers to try again', async () => {
  const ada = await come();
  await ada.say('a slow cat --steps 150 --count 4');
  await ada.last.locator('.answer[data-state=working]').waitFor({ timeout: 60_000 });
  await tabTo(ada.page, ada.last.getByRole('button', { name: 'Cancel' }));
  await ada.page.keyboard.press('Enter');
  await ada.last.locator('.answer[data-state=cancelled]').waitFor({ timeout: 60_000 });
  expect(await headline(ada)).toBe('Cancelled.');
  await ada.last.getByRole('button', { name: 'Try again' }).waitFor();
});

describe('an attached picture', () => {
  const photo = () =>
    sharp({ create: { width: 96, height: 64, channels: 3, background: '#48c' } })
      .composite([
        { input: Buffer.from('<svg width="96" height="64"><circle cx="40" cy="30" r="20" fill="#246"/></svg>') },
      ])
      .jpeg()
      .toBuffer();
  const attach = async ({ page }: Visit, name: string, buffer: Buffer) =>
    page.locator('#file').setInputFiles({ name, mimeType: 'image/jpeg', buffer });

  it('is stylized with a brush, made stronger, and shown before and after', async () => {
    const ada = await come();
    await attach(ada, 'sun.jpg', await photo());
    await ada.page.locator('#attached li:not([aria-busy])').getByText('sun.jpg').waitFor();
    await ada.say('waves --strength 0.5');
    await done(ada);
    expect(await headline(ada)).toMatch(/Painted with Waves/);
    expect(await ada.page.locator('#attached').isVisible()).toBe(false);
    expect(await ada.last.locator('.asked img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(96);
    await ada.last.getByRole('button', { name: 'Stronger' }).click();
    await eventually(() => ada.exchanges.count()).toBe(2);
    await done(ada);
    await ada.last.getByRole('button', { name: 'Before' }).click();
    const compared = ada.last.locator('.notice figure');
    await eventually(() => compared.count()).toBe(2);
    expect(await compared.allTextContents()).toEqual(['Before', 'After']);
    await eventually(() =>
      compared
        .first()
        .locator('img')
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    ).toBe(96);
    await keep(ada.page, 'stylized');
    await ada.last.getByLabel('Another brush…').selectOption({ label: 'Waves' });
    await ada.last.getByRole('button', { name: 'Paint it' }).click();
    await eventually(() => ada.exchanges.count()).toBe(3);
    await done(ada);
  });

  it('takes the manners of others by their shares, where a mask is painted and nowhere else', async () => {
    const ada = await come();
    const { page } = ada;
    const form = page.getByRole('dialog', { name: 'Stylize this picture' });
    const flat = (background: string) =>
      sharp({ create: { width: 32, height: 32, channels: 3, background } })
        .png()
        .toBuffer();
    const picked = async (name: string, colour: string) => ({
      ...{ name, mimeType: 'image/png' },
      buffer: await flat(colour),
    });
    await attach(ada, 'sun.jpg', await photo());
    await page.getByRole('button', { name: 'Stylize…' }).click();
    await form.getByLabel('Pictures', { exact: true }).check();
    await form
      .locator('input[type=file]')
      .setInputFiles([await picked('red.png', '#f00'), await picked('blue.png', '#00f')]);
    await form.getByLabel('Share of blue.png').fill('50');
    await eventually(() => form.locator('.styles').textContent()).toMatch(/red\.png.*67 %.*blue\.png.*33 %/);
    await form.getByLabel('Keep the colours').selectOption('luminance');
    await form.getByLabel('Keep the colours').selectOption('no');
    await form.getByLabel('Only where I paint').check();
    await form.getByRole('button', { name: 'Stylize' }).click();
    await eventually(() => form.getByRole('alert').textContent()).toMatch(/mask is still empty/);

    const canvas = form.getByRole('application', { name: 'Paint where the style goes' });
    const { x, y, width, height } = (await canvas.boundingBox())!;
    await form.getByLabel('Pen').fill('50');
    const stroke = async (share: number) => {
      await page.mouse.move(x + width * share, y + 1);
      await page.mouse.down();
      await page.mouse.move(x + width * share, y + height - 1, { steps: 4 });
      await page.mouse.up();
    };
    await stroke(0.17);
    await eventually(() => form.locator('.pad output').textContent()).toMatch(/^3[0-9] % is painted/);
    await stroke(0.8);
    await form.getByRole('button', { name: 'Undo' }).click();
    await eventually(() => form.locator('.pad output').textContent()).toMatch(/^3[0-9] %/);
    await form.getByRole('button', { name: 'Stylize' }).click();
    await form.waitFor({ state: 'hidden' });
    await done(ada);
    expect(await headline(ada)).toMatch(/In the manner of 2 pictures/);
    expect(await ada.last.locator('.asked').textContent()).toContain('--weights 100 50');
    expect(await ada.last.locator('.asked img').count()).toBe(4);

    const src = await ada.last.locator('.picture img').getAttribute('src');
    const made = await page.evaluate(async (src) => [...new Uint8Array(await (await fetch(src)).arrayBuffer())], src!);
    const change = async (left: number) => {
      const part = (bytes: Buffer) =>
        sharp(bytes).extract({ left, top: 8, width: 20, height: 48 }).removeAlpha().raw().toBuffer();
      const [before, after] = [await part(await photo()), await part(Buffer.from(made))];
      return before.reduce((sum, value, i) => sum + Math.abs(value - after[i]!), 0) / before.length;
    };
    expect(await change(2)).toBeGreaterThan(20);
    expect(await change(70)).toBeLessThan(5);

    await ada.last.locator('.picture').click();
    await page.getByRole('dialog', { name: 'Picture, large' }).getByRole('button', { name: 'Stylize…' }).click();
    await form.getByLabel('Everywhere').check();
    await form.getByLabel('A brush').check();
    await form.getByLabel('Brush', { exact: true }).selectOption('ink');
    await form.getByRole('button', { name: 'Stylize' }).click();
    await eventually(() => ada.exchanges.count()).toBe(2);
    expect(await ada.last.locator('.asked').textContent()).toMatch(/--of [0-9a-f-]{36}#1 --brush ink/);
    await done(ada);
  });

  it('is painted on by touch and by keys, on a phone, and the form keeps what was painted when it is closed', async () => {
    const ada = await come({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    const { page } = ada;
    const form = page.getByRole('dialog', { name: 'Stylize this picture' });
    const painted = form.locator('.pad output');
    await attach(ada, 'sun.jpg', await photo());
    await tabTo(page, page.getByRole('button', { name: 'Stylize…' }));
    await page.keyboard.press('Enter');
    await form.getByLabel('Only where I paint').tap();
    const canvas = form.getByRole('application');
    const { x, y, width, height } = (await canvas.boundingBox())!;
    await page.touchscreen.tap(x + width / 4, y + height / 4);
    await eventually(() => painted.textContent()).toMatch(/^[12] % is painted/);
    await form.getByRole('button', { name: 'Clear' }).tap();
    await eventually(() => painted.textContent()).toBe('Nothing is painted yet.');
    await tabTo(page, canvas);
    await page.keyboard.press('ArrowLeft');
    for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowRight');
    await eventually(() => painted.textContent()).toMatch(
      /^3\d % from the left, 25 % from the top\. [3-9] % is painted/,
    );
    await form.getByRole('button', { name: 'Swap' }).tap();
    await eventually(() => painted.textContent()).toMatch(/^9\d % is painted/);
    expect(await overflow(ada)).toBeLessThanOrEqual(0);
    expect(await form.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBeLessThanOrEqual(0);
    await keep(page, 'stylize-form');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Stylize…' }).tap();
    expect(await painted.textContent()).toMatch(/^9\d % is painted/);
    await tabTo(page, form.getByRole('button', { name: 'Stylize' }));
    await page.keyboard.press('Enter');
    await done(ada);
    expect(await ada.last.locator('.asked img').count()).toBe(2);
    expect(await page.locator('#attached').isVisible()).toBe(false);
  });

  it('that is none is refused beside the composer, and nothing is asked', async () => {
    const ada = await come();
    await attach(ada, 'photo.jpg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    await eventually(() => ada.page.getByRole('alert').last().textContent()).toMatch(/PNG|picture/);
    expect(await ada.page.locator('#attached').isVisible()).toBe(false);
    expect(await ada.exchanges.count()).toBe(0);
  });
});

it('draws 300 faces, hands them out as an archive of PNGs with consecutive seeds, and takes any of them', async () => {
  const ada = await come();
  await ada.say('/face --count 300 --seed 1000');
  await done(ada, 300_000); // a quarter of a minute where nothing else runs
  expect(await ada.last.locator('.pictures.many img').count()).toBe(300);
  expect(await ada.last.locator('img').last().getAttribute('alt')).toBe('AI-generated image: a face, seed 1299');
  const [download] = await Promise.all([
    ada.page.waitForEvent('download'),
    ada.last.getByRole('link', { name: 'Download all' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^face-.*\.zip$/);
  const files = Object.entries(unzipSync(await readFile(await download.path())));
  expect(files.map(([name]) => name)).toEqual(Array.from({ length: 300 }, (_, i) => `face-${1000 + i}.png`));
  for (const [i, [, bytes]] of files.entries()) {
    const text = Buffer.from(bytes).toString('latin1');
    expect(text.startsWith('\x89PNG')).toBe(true);
    expect(text).toContain(`Seed: ${1000 + i},`);
    expect(text).toContain('trainedAlgorithmicMedia');
  }
  expect(new Set(files.map(([, bytes]) => Buffer.from(bytes).toString('base64'))).size).toBe(300);
  const [first, last] = [files[0]![1], files[299]![1]];
  for (const bytes of [first, last]) expect(await sharp(bytes).metadata()).toMatchObject({ width: 128, height: 128 });

  await ada.last.getByLabel('Take one…').selectOption({ label: '300: seed 1299' });
  await ada.last.getByRole('button', { name: 'Take face 300' }).click();
  await eventually(() => ada.exchanges.count()).toBe(2);
  await done(ada);
  expect(await ada.last.locator('.lines').textContent()).toContain('Seed 1299.');
  await ada.say('/morph 7 9 --frames 3');
  await eventually(() => ada.exchanges.count()).toBe(3);
  await done(ada);
  expect(await ada.last.locator('.picture img').getAttribute('src')).toMatch(/webp/);
  await keep(ada.page, 'faces');
}, 400_000);

describe('bad input', () => {
  it('is refused with what to change, keeps the text, and leaves nothing behind', async () => {
    const ada = await come();
    const refused = async (text: string, says: RegExp) => {
      await ada.say(text);
      const notice = ada.page.getByRole('alert').last();
      await eventually(() => notice.textContent()).toMatch(says);
      expect(await ada.page.locator('#prompt').inputValue()).toBe(text);
    };
    await refused('/imagine', /empty/);
    await refused('x'.repeat(6001), /6000/);
    await refused('a cat --seed -1', /0 or more/);
    await refused('a cat --seed 4294967296', /4294967295/);
    await refused('a cat --count 5', /1 to 4/);
    await refused('a cat --size 100', /multiples of 8/);
    await refused('a cat --frobnicate', /no option --frobnicate/);
    await refused('/paint a cat', /\/help/);
    expect(await ada.exchanges.count()).toBe(0);
    await ada.page.getByRole('button', { name: 'Dismiss' }).last().click();
    await ada.page.reload();
    await ada.page.getByRole('heading', { name: 'What shall we draw?' }).waitFor();
  });

  it('never becomes markup', async () => {
    const ada = await come();
    await ada.say('<img src=x onerror=alert(1)> <b>apple</b> --steps 1');
    await done(ada);
    expect(await ada.last.locator('.asked').textContent()).toContain('<img src=x onerror=alert(1)>');
    expect(await ada.page.locator('img[src=x]').count()).toBe(0);
  });
});

it('keeps blurred what moderation hides, until it is asked for', async () => {
  const ada = await come();
  await ada.say('a blue apple --steps 1');
  await done(ada);
  await ada.page.route('**/api/messages', async (route) => {
    const response = await route.fetch();
    const body = await response.text(); // as the records would say it
    await route.fulfill({ response, body: body.replace('"hidden":false', '"hidden":true') });
  });
  await ada.page.reload();
  const picture = ada.last.locator('.picture');
  await eventually(() => picture.textContent()).toContain('Hidden by moderation');
  await picture.click();
  expect(await picture.textContent()).toBe('');
  expect(await ada.page.getByRole('dialog').isVisible()).toBe(false);
  await picture.click();
  expect(await ada.page.getByRole('dialog').isVisible()).toBe(true);
});

it('shows the same conversation in two tabs, and nothing of it to another person', async () => {
  const [ada, ben] = [await come(), await come()];
  const tab = await ada.page.context().newPage();
  await tab.goto(app.url);
  await connected(tab);
  await ada.say('a private cat --private --steps 2');
  await done(ada);
  await tab.locator('.exchange .answer[data-state=done]').waitFor();
  const src = await ada.last.locator('.picture img').getAttribute('src');
  const status = (page: typeof tab) => page.evaluate(async (path) => (await fetch(path)).status, src!);
  expect([await status(tab), await status(ben.page)]).toEqual([200, 404]);
  expect(await ben.exchanges.count()).toBe(0);
});

it('fits a phone: no sideways scrolling, whatever is shown', async () => {
  const ada = await come({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const heading = ada.page.getByRole('heading', { name: 'What shall we draw?' });
  expect((await heading.boundingBox())?.y, 'the welcome begins at its beginning').toBeGreaterThan(0);
  expect(await overflow(ada)).toBeLessThanOrEqual(0);
  await ada.say(`${APPLES} ${'long'.repeat(60)} --count 4 --steps 2`);
  await done(ada);
  expect(await overflow(ada)).toBeLessThanOrEqual(0);
  await ada.last.getByRole('button', { name: 'Details' }).tap();
  await ada.last.locator('.notice').waitFor();
  await ada.say('/help');
  await ada.page.getByText('What you can type here').waitFor();
  expect(await overflow(ada)).toBeLessThanOrEqual(0);
  expect(await ada.page.locator('#chips').textContent(), 'what comes next may be a prompt').toMatch(/--negative/);
  await keep(ada.page, 'phone');
});

it('is dark where the system is', async () => {
  const paper = async (colorScheme: 'light' | 'dark') => {
    const { page } = await come({ colorScheme });
    const colour = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    return colour.match(/\d+/g)!.reduce((sum, value) => sum + Number(value), 0);
  };
  expect(await paper('light')).toBeGreaterThan(600);
  expect(await paper('dark')).toBeLessThan(150);
});

it('says when the studio is gone, comes back by itself, and shows what was there before the restart', async () => {
  const ada = await come();
  await ada.say('a green apple --steps 2');
  await done(ada);
  const alt = await ada.last.locator('.picture img').getAttribute('alt');
  const { port } = new URL(app.url);
  await app.stop();
  await ada.page.getByText('Trying again').waitFor();
  await ada.say('a lost apple');
  await ada.page.getByRole('alert').getByText('kept').waitFor();
  app = await startApp({ DATA_DIR: join(folder, 'data'), WEB_PORT: port });
  await connected(ada.page);
  expect(await ada.page.locator('#banner').isVisible()).toBe(false);
  await ada.page.reload();
  await eventually(() => ada.last.locator('.picture img').getAttribute('alt')).toBe(alt);
  await ada.last.getByRole('button', { name: 'Re-roll' }).click(); // buttons outlive the restart
  await eventually(() => ada.exchanges.count()).toBe(2);
  await done(ada);
});
