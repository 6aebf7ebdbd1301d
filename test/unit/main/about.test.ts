import { expect, it } from 'vitest';
import { loadConfig } from '../../../src/core/config.ts';
import { about, banner } from '../../../src/main/about.ts';

const tokens = { DISCORD_TOKEN: 'd'.repeat(30), SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };
const parts = (env: Record<string, string> = tokens) => ({
  config: loadConfig(env),
  store: { description: 'embedded Postgres' },
  queue: { description: 'Postgres, in the same database' },
  engine: undefined,
  problems: [],
});
const said = (reached: Parameters<typeof about>[0]['reached'], env?: Record<string, string>) =>
  banner('Chat page: http://127.0.0.1:8080', about({ ...parts(env), reached }));

it('calls a platform connected when it is', () => {
  const text = said({ discord: true, slack: false });
  expect(text).toMatch(/discord +connected\n/);
  expect(text).toMatch(/slack +not connected; the log says why/);
  expect(said({ discord: false, slack: true })).toMatch(/discord +not connected;.*\n +slack +connected, Socket Mode\n/);
});

it('says which address Slack has to find when it is told by HTTP', () => {
  const env = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'secret-1', SLACK_HTTP_PORT: '3300' };
  expect(said({ slack: true }, env)).toMatch(/slack +listening, HTTP on port 3300\n/);
});

it('claims nothing of platforms that other processes speak', () => {
  expect(said(undefined)).toMatch(
    /discord +in other processes: atelier bot\n +slack +in other processes: atelier bot\n/,
  );
});

it('says what would turn on a platform that is off', () => {
  expect(said({}, {})).toMatch(/discord +off — set DISCORD_TOKEN.*\n +slack +off — set SLACK_BOT_TOKEN/);
});
