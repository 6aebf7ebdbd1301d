import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generated } from '../../../scripts/configuration.ts';
import { loadConfig } from '../../../src/core/config.ts';
import { uploadBounds } from '../../../src/core/upload-bounds.ts';

it('needs nothing', () => {
  expect(loadConfig({})).toMatchObject({ DATA_DIR: './data', WEB_PORT: 8080, ENGINE_DEVICES: 'cpu' });
});

it('counts an empty value as absent', () => {
  expect(loadConfig({ DATABASE_URL: ' ', WEB_PORT: '' })).toMatchObject({ WEB_PORT: 8080 });
});

it('names every problem at once and prints no value', () => {
  const secret = 'mysql://user:hunter2@example.org/x';
  const load = () => loadConfig({ DATABASE_URL: secret, WEB_PORT: '70000', ENGINE_DEVICES: 'toaster' });
  expect(load).toThrow(/DATABASE_URL[\s\S]*ENGINE_DEVICES[\s\S]*WEB_PORT/);
  expect(load).not.toThrow(/hunter2|70000|toaster/);
});

it.each([
  [{ WEB_PORT: 'abc' }, 'WEB_PORT: must be a number'],
  [{ WEB_PORT: '99999' }, 'WEB_PORT: must be 65535 or less'],
  [{ ENGINE_JOBS: '1.5' }, 'ENGINE_JOBS: must be a whole number'],
  [{ ENGINE_THREADS: '-1' }, 'ENGINE_THREADS: must be 1 or more'],
  [{ ENGINE_MEMORY_GB: 'plenty' }, 'ENGINE_MEMORY_GB: must be a number'],
  [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: must be one of trace, debug, info, warn, error, silent'],
  [{ LOG_FORMAT: 'xml' }, 'LOG_FORMAT: must be one of json, pretty'],
  [
    { WATERMARK_KEYS_EARLIER: `${'a'.repeat(64)}, feed` },
    'WATERMARK_KEYS_EARLIER: entry 2 must be 64 hexadecimal digits',
  ],
  [{ SLACK_API_URL: 'slack' }, 'SLACK_API_URL: must be a URL'],
  [
    { SLACK_SIGNING_SECRET: 'short', SLACK_BOT_TOKEN: 'xoxb-1' },
    'SLACK_SIGNING_SECRET: must have 8 characters or more',
  ],
])('says of %j in plain words: %s', (env, says) => {
  expect(() => loadConfig(env)).toThrow(`The environment has a problem:\n  ${says}`);
});

it('what may be handed in is bounded, by settings that are bounded themselves', () => {
  expect(uploadBounds(loadConfig({}))).toEqual({
    ...{ bytes: 25 * 2 ** 20, pixels: 50_000_000, frames: 120, movingPixels: 67_000_000, seconds: 15 },
  });
  const set = { UPLOAD_MAX_MB: '0.5', UPLOAD_MAX_MEGAPIXELS: '201', UPLOAD_MAX_FRAMES: '1', UPLOAD_SECONDS: '0' };
  expect(() => loadConfig(set)).toThrow(
    /UPLOAD_MAX_MB: must be 1 or more\n.*UPLOAD_MAX_MEGAPIXELS: must be 200 or less/,
  );
  expect(uploadBounds(loadConfig({ UPLOAD_MAX_MB: '1.5' })).bytes).toBe(1.5 * 2 ** 20);
});

it('wants Slack’s tokens in pairs', () => {
  expect(() => loadConfig({ SLACK_BOT_TOKEN: 'xoxb-1' })).toThrow(/SLACK_APP_TOKEN/);
  expect(() => loadConfig({ SLACK_APP_TOKEN: 'xapp-1' })).toThrow(/SLACK_BOT_TOKEN/);
  expect(loadConfig({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }).SLACK_APP_TOKEN).toBe('xapp-1');
});

it('reads weights of roles and spaces, and says which of them is none', () => {
  expect(loadConfig({ FAIR_WEIGHTS: 'discord:123=3, space:T01=0.5' }).FAIR_WEIGHTS).toEqual({
    roles: { 'discord:123': 3 },
    spaces: { T01: 0.5 },
  });
  for (const wrong of ['patrons=3', 'discord:1=0', 'space:1=many', 'discord:1=2,'])
    expect(() => loadConfig({ FAIR_WEIGHTS: `discord:9=1,${wrong}` })).toThrow(/FAIR_WEIGHTS: entry [23] must be/);
});

it.each(['slack:S0123=2', 'web:anna=2'])('refuses %s, which would never count', (entry) => {
  expect(() => loadConfig({ FAIR_WEIGHTS: `discord:9=1,${entry}` })).toThrow(
    /FAIR_WEIGHTS: entry 2 must begin with discord: or space:\. Only Discord has roles; .*space:T0123ABCD=2/,
  );
});

it.each(Object.keys(generated()))('%s is what the schema says (else: npm run docs:config)', (path) => {
  expect(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')).toBe(generated()[path]);
});
