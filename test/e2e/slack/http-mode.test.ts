/** HTTP mode at its public door: only what Slack signed, lately and unaltered, comes in. */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSlack } from '../../../src/bots/slack/slack.ts';
import { log, startBot } from './bot.ts';
import { createMemoryStudio } from './memory-studio.ts';
import type { Forgery } from './stand-in/http.ts';

describe('the HTTP endpoint', () => {
  let on: Awaited<ReturnType<typeof startBot>>;
  beforeAll(async () => {
    on = await startBot('http');
  });
  afterAll(async () => {
    await on.stop();
    expect(on.workspace.violations).toEqual([]);
  });

  const command = (text = 'apples') => {
    const { teamId, appId } = on.workspace;
    const person = on.workspace.addPerson('mallory');
    return {
      command: '/imagine',
      text,
      team_id: teamId,
      team_domain: 'lab',
      channel_id: on.slack.general.id,
      channel_name: 'general',
      user_id: person.id,
      user_name: person.name,
      api_app_id: appId,
      response_url: `${on.slack.api.origin}/hooks/none`,
      trigger_id: on.workspace.trigger(person.id),
    };
  };

  it.each<[string, Forgery]>([
    ['another secret', { secret: 'not the secret' }],
    ['no signature', { unsigned: true }],
    ['a signature 301 seconds old', { age: 301 }],
    ['a body altered by one byte', { alter: (body) => body.replace('apples', 'applez') }],
    ['a body encoded anew', { alter: (body) => body.replaceAll('%2F', '%2f') }],
  ])('answers 401 to %s and does nothing', async (_what, forgery) => {
    const { status, acked } = await on.slack.forge('slash_commands', command(), forgery);
    expect({ status, acked }).toEqual({ status: 401, acked: false });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(on.shown()).toHaveLength(0);
    expect(on.memory.generations.size).toBe(0);
  });

  it('lets the genuine one in', async () => {
    expect((await on.slack.forge('slash_commands', command(), {})).status).toBe(200);
    await on.nextShown(0);
  });

  it('does not count a stolen and repeated request as a second order', async () => {
    const stolen = command();
    const before = on.shown().length;
    await on.slack.forge('slash_commands', stolen, { age: 100 });
    await on.nextShown(before);
    await on.slack.forge('slash_commands', stolen, {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(on.shown()).toHaveLength(before + 1);
  });

  it('says which port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    const { studio, read } = createMemoryStudio();
    const { botToken, signingSecret } = on.workspace;
    const config = {
      SLACK_BOT_TOKEN: botToken,
      SLACK_APP_TOKEN: undefined,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_HTTP_PORT: port,
      SLACK_API_URL: on.slack.apiUrl,
      ATTACHMENT_HOSTS: [],
      UPLOAD_MAX_MB: 2,
    };
    await expect(startSlack({ config, studio, read, log })).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining('SLACK_HTTP_PORT'),
    });
    server.close();
  });

  it('answers 413 to a body of five megabytes', async () => {
    const { status } = await on.slack.forge('slash_commands', command('a'.repeat(5 * 1024 * 1024)), {});
    expect(status).toBe(413);
  });

  it('is not kept from stopping by a request that never ends', async () => {
    const socket = connect(on.bot.port!, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => undefined));
    socket.write('POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await on.bot.stop();
    await closed;
  });

  it('lets nothing in once it was stopped', async () => {
    expect(on.bot.ready()).toBe(false);
    expect((await on.slack.forge('slash_commands', command(), {})).acked).toBe(false);
  });
});
