/** Socket Mode when the line is bad: what Slack recycles, cuts or refuses must not cost a command longer than it has to. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startSlack } from '../../../src/bots/slack/slack.ts';
import { log, startBot } from './bot.ts';
import { eventually } from './eventually.ts';
import { createMemoryStudio } from './memory-studio.ts';
import { startSlackStandIn } from './stand-in/slack.ts';

describe('a Socket Mode connection', () => {
  let on: Awaited<ReturnType<typeof startBot>>;
  const rejected = vi.fn();
  beforeEach(async () => {
    process.on('unhandledRejection', rejected);
    on = await startBot('socket');
  });
  afterEach(async () => {
    await on.stop();
    process.off('unhandledRejection', rejected);
    expect(rejected).not.toHaveBeenCalled();
    expect(on.workspace.violations).toEqual([]);
  });

  async function works(): Promise<void> {
    const before = on.shown().length;
    await on.slack.join('tester').slash(on.slack.general, 'apples');
    await on.nextShown(before);
  }
  const holeAfter = async (fault: () => void) => {
    const [greeted, began] = [on.slack.socket.greeted(), performance.now()];
    fault();
    await eventually(() => on.slack.socket.greeted() > greeted, 'a new connection', 8000);
    return performance.now() - began;
  };

  it('is replaced at once when Slack recycles it', async () => {
    expect(await holeAfter(() => on.slack.socket.refresh())).toBeLessThan(500);
    await works();
  });

  it('is replaced at once when it is cut', async () => {
    expect(await holeAfter(() => on.slack.socket.drop())).toBeLessThan(500);
    await works();
  });

  it('comes back after seconds of refused connections, and says meanwhile that it is not ready', async () => {
    on.slack.api.setDown(true);
    on.slack.socket.drop();
    await eventually(() => !on.bot.ready(), 'the bot to notice');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    on.slack.api.setDown(false);
    await eventually(() => on.bot.ready(), 'a new connection', 8000);
    await works();
  });

  it('comes back when the token is refused for a moment', async () => {
    on.slack.api.fail(
      'apps.connections.open',
      { kind: 'error', error: 'invalid_auth' },
      { kind: 'status', status: 503 },
    );
    expect(await holeAfter(() => on.slack.socket.drop())).toBeLessThan(2000);
    await works();
  });

  it('comes back when a new connection is cut before its hello', async () => {
    on.slack.socket.failNext(2);
    expect(await holeAfter(() => on.slack.socket.drop())).toBeLessThan(2000);
    await works();
  });

  it('finishes what was asked before the line was cut', async () => {
    const before = on.shown().length;
    await on.slack.join('patient').slash(on.slack.general, 'apples');
    const message = await on.nextShown(before);
    await eventually(() => on.memory.last(), 'the order');
    await holeAfter(() => on.slack.socket.drop());
    await on.memory.finish(on.memory.last().id);
    expect(message.blocks.some(({ type }) => type === 'image')).toBe(true);
  });

  it('runs an event once that is delivered again over the next connection', async () => {
    const before = on.shown().length;
    const act = await on.slack.join('echo').mention(on.slack.general, 'apples');
    await on.nextShown(before);
    await holeAfter(() => on.slack.socket.drop());
    expect((await act.again({ num: 1, reason: 'http_timeout' })).acked).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(on.shown()).toHaveLength(before + 1);
  });

  it('is closed by stop(), also in the middle of reconnecting', async () => {
    await on.bot.stop();
    await eventually(() => on.slack.socket.connections() === 0, 'the connection to close');
    expect(on.bot.ready()).toBe(false);
    const second = await startBot('socket');
    second.slack.socket.failNext(100);
    second.slack.socket.drop();
    await new Promise((resolve) => setTimeout(resolve, 250));
    await second.stop();
  });
});

describe('starting the bot', () => {
  const begin = async (change: Record<string, string | undefined>, prepare?: (slack: Slack) => void) => {
    const slack = await startSlackStandIn('socket');
    prepare?.(slack);
    const { studio, read } = createMemoryStudio();
    const config = {
      SLACK_BOT_TOKEN: slack.workspace.botToken,
      SLACK_APP_TOKEN: slack.workspace.appToken as string | undefined,
      SLACK_SIGNING_SECRET: undefined as string | undefined,
      SLACK_HTTP_PORT: 0,
      SLACK_API_URL: slack.apiUrl,
      ATTACHMENT_HOSTS: [],
      UPLOAD_MAX_MB: 2,
      ...change,
    };
    return { slack, start: () => startSlack({ config, studio, read, log }) };
  };
  type Slack = Awaited<ReturnType<typeof startSlackStandIn>>;

  it.each(['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'])('names %s when Slack refuses it', async (variable) => {
    const { slack, start } = await begin({ [variable]: 'xoxb-0-0-wrong' });
    await expect(start()).rejects.toMatchObject({ code: 'bad_config', message: expect.stringContaining(variable) });
    await slack.close();
  });

  it('does not wait for a Slack that is down, and connects when it is back', async () => {
    const { slack, start } = await begin({}, (slack) => slack.api.setDown(true));
    const bot = await start();
    expect(bot.ready()).toBe(false);
    slack.api.setDown(false);
    await eventually(() => bot.ready(), 'the connection', 10_000);
    await bot.stop();
    await slack.close();
  });
});
