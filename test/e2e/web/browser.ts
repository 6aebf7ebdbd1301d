import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const artifacts = fileURLToPath(new URL('../../artifacts', import.meta.url));

/** Debian's chromium, without what would call home. */
export async function openBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`The tests of the chat page need ${CHROMIUM}. Install it with: apt-get install -y chromium`);
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet],
  });
}

export interface Visit {
  page: Page;
  /** Types into the prompt and presses Enter. */
  say(text: string): Promise<void>;
  /** The newest exchange. */
  last: Locator;
  exchanges: Locator;
  /** Script errors, blocked content and requests to anywhere else. */
  trouble: string[];
  close(): Promise<void>;
}

/** A person with a fresh profile at the page. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 860 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('console', (message) => {
    const expected = /Failed to load resource/.test(message.text()); // refusals answer 4xx; a stopped server nothing
    if (message.type() === 'error' && !expected) trouble.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) trouble.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  await connected(page);
  const exchanges = page.locator('.exchange');
  return {
    page,
    exchanges,
    last: exchanges.last(),
    trouble,
    say: async (text) => {
      await page.locator('#prompt').fill(text);
      await page.locator('#prompt').press('Enter');
    },
    close: () => context.close(),
  };
}

export const connected = (page: Page): Promise<void> => page.locator('#status[data-state=connected]').waitFor();

/** Presses Tab until this has the focus: what a person without a mouse does. */
export async function tabTo(page: Page, target: Locator, { most = 80 } = {}): Promise<void> {
  for (let i = 0; i < most; i++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${most} presses of Tab do not reach ${target}`);
}

/** Keeps a picture of the page in test/artifacts, for people. */
export async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  await page.screenshot({ path: `${artifacts}/${name}.png` });
}
