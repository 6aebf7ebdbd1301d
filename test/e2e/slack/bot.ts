/** The bot, in this process, against a stand-in and a studio in memory. */

import { startSlack } from '../../../src/bots/slack/slack.ts';
import { createLogger } from '../../../src/core/log.ts';
import { eventually } from './eventually.ts';
import { createMemoryStudio } from './memory-studio.ts';
import { type Mode, startSlackStandIn } from './stand-in/slack.ts';

export const log = createLogger(process.env.SLACK_TEST_LOG ?? 'silent');

export async function startBot(mode: Mode, options: { fileDelayMs?: number } = {}) {
  const slack = await startSlackStandIn(mode, options);
  const memory = createMemoryStudio();
  const { workspace } = slack;
  const bot = await startSlack({
    config: {
      SLACK_BOT_TOKEN: workspace.botToken,
      SLACK_APP_TOKEN: mode === 'socket' ? workspace.appToken : undefined,
      SLACK_SIGNING_SECRET: mode === 'http' ? workspace.signingSecret : undefined,
      SLACK_HTTP_PORT: 0,
      SLACK_API_URL: slack.apiUrl,
      ATTACHMENT_HOSTS: [new URL(slack.apiUrl).origin],
      UPLOAD_MAX_MB: 2,
    },
    studio: memory.studio,
    read: memory.read,
    log,
  });
  if (bot.port) slack.setAppPort(bot.port);
  memory.use(bot.courier);
  const general = slack.general.id;
  return {
    slack,
    workspace,
    bot,
    memory,
    /** What the bot shows in #general to everyone. */
    shown: () => workspace.visible(general).filter(({ user }) => user === workspace.botUser),
    /** The first message after the given number of them. */
    nextShown: (before: number) =>
      eventually(
        () => workspace.visible(general).filter(({ user }) => user === workspace.botUser)[before],
        'a message in #general',
      ),
    whisper: (person: string, nth = 1) => eventually(() => workspace.whispers(person)[nth - 1], 'a private word'),
    async stop() {
      await bot.stop();
      await slack.close();
    },
  };
}
