// `npm run -s build && npx tsx scripts/screenshot.ts`: docs/chat-page.png anew, from the real program and its model.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { startApp } from '../test/e2e/app/app.ts';
import { openBrowser, visit } from '../test/e2e/web/browser.ts';

const picture = fileURLToPath(new URL('../docs/chat-page.png', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'atelier-screenshot-'));
const [app, browser] = await Promise.all([startApp({ DATA_DIR: data }), openBrowser()]);
try {
  const { page, say, last } = await visit(browser, app.url, {
    viewport: { width: 900, height: 760 },
    deviceScaleFactor: 2,
  });
  await say('/imagine two red apples on a blue background --count 4 --seed 7');
  await last.locator('.answer[data-state=done]').waitFor({ timeout: 300_000 });
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined); // the event stream never idles
  const bytes = await sharp(await page.screenshot())
    .png({ palette: true, effort: 10 })
    .toBuffer();
  writeFileSync(picture, bytes);
  process.stdout.write(`${picture}: ${Math.round(bytes.length / 1024)} KiB\n`);
} finally {
  await browser.close();
  await app.stop();
  rmSync(data, { recursive: true, force: true });
}
