/** What is in use, in words an admin reads: database, queue, engine, model, and which platforms are there and why not. */
import type { About } from '../bots/web/wire.ts';
import type { Config } from '../core/config.ts';

interface Parts {
  config: Config;
  store: { description: string };
  queue: { description: string };
  /** Absent in a process that only speaks to people. */
  engine: { devices: { device: string; fingerprint: string }[] } | undefined;
  /** Models that are there and cannot be used. */
  problems: readonly { name: string; error: Error }[];
  /** Of the platforms this process speaks: whether they can be reached now. Absent in one that speaks none. */
  reached: { discord?: boolean; slack?: boolean } | undefined;
}

export function about({ config, store, queue, engine, problems, reached }: Parts): About {
  const problem = problems.find(({ name }) => name === config.DEFAULT_MODEL);
  const state = (platform: 'discord' | 'slack', there: string): string => {
    if (!reached) return 'in other processes: atelier bot';
    return reached[platform] ? there : 'not connected; the log says why, and when it is';
  };
  return {
    database: store.description,
    queue: queue.description,
    engine: engine
      ? engine.devices.map(({ device, fingerprint }) => `${device} (${fingerprint})`).join(', ')
      : 'in other processes: atelier worker',
    model: problem ? `${problem.name} cannot be used. ${problem.error.message}` : config.DEFAULT_MODEL,
    platforms: [
      config.DISCORD_TOKEN
        ? { name: 'Discord', on: true, say: state('discord', 'connected') }
        : { name: 'Discord', on: false, say: 'off — set DISCORD_TOKEN to turn it on' },
      config.SLACK_BOT_TOKEN
        ? { name: 'Slack', on: true, say: state('slack', slackMode(config)) }
        : { name: 'Slack', on: false, say: 'off — set SLACK_BOT_TOKEN and SLACK_APP_TOKEN to turn it on' },
    ],
  };
}

const slackMode = ({ SLACK_APP_TOKEN, SLACK_HTTP_PORT }: Config): string =>
  SLACK_APP_TOKEN ? 'connected, Socket Mode' : `listening, HTTP on port ${SLACK_HTTP_PORT}`;

/** The lines a start prints; `where` says what is at the address. */
export const banner = (where: string, { database, queue, engine, model, platforms }: About): string =>
  [
    `Atelier is ready. ${where}`,
    `  database  ${database}`,
    `  queue     ${queue}`,
    `  engine    ${engine}`,
    `  model     ${model}`,
    ...platforms.map(({ name, say }) => `  ${name.toLowerCase().padEnd(9)} ${say}`),
    '',
  ].join('\n');
