/** The Slack bot: Bolt for what comes in, the Web API for what goes out. Socket Mode, or HTTP when there is no app token. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { App, HTTPReceiver } from '@slack/bolt';
import type { Config } from '../../core/config.ts';
import type { Courier } from '../../core/courier.ts';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Studio } from '../../core/studio.ts';
import { uploadBytes } from '../../core/upload-bounds.ts';
import { createFetchPicture } from '../fetch-picture.ts';
import { boltLogger } from './bolt-log.ts';
import { listenToBrush } from './brush.ts';
import { listenToButtons } from './buttons.ts';
import { createClient } from './client.ts';
import { listenToCommands } from './command.ts';
import { createCourier } from './courier.ts';
import { listenToForms } from './form-submission.ts';
import { listenToHome } from './home.ts';
import { identify, isTokenError, wrongToken } from './identity.ts';
import { listenToJobs } from './jobs.ts';
import { listenToMentions } from './mention.ts';
import { createNames } from './names.ts';
import type { SlackDeps } from './occasion.ts';
import { listenToReactions } from './reactions.ts';
import { createSeen } from './seen.ts';
import { socketMode } from './socket-mode.ts';
import { listenToShortcuts } from './this-image.ts';

export interface SlackBot {
  courier: Courier<'slack'>;
  /** HTTP mode: where it listens. */
  port?: number;
  /** Connected (Socket Mode) or listening (HTTP). */
  ready(): boolean;
  /** Takes nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

type SlackConfig = Pick<
  Config,
  | 'SLACK_BOT_TOKEN'
  | 'SLACK_APP_TOKEN'
  | 'SLACK_SIGNING_SECRET'
  | 'SLACK_HTTP_PORT'
  | 'SLACK_API_URL'
  | 'ATTACHMENT_HOSTS'
  | 'UPLOAD_MAX_MB'
>;

/** How long stop() waits for handlers. */
const DRAIN_MS = 10_000;

/** Throws bad_config for refused tokens and port_taken; a Slack that does not answer is retried in the background. */
export async function startSlack({
  config,
  studio,
  read,
  log,
}: {
  config: SlackConfig;
  studio: Studio;
  read: (key: string) => Promise<Uint8Array>;
  log: Logger;
}): Promise<SlackBot> {
  const { SLACK_BOT_TOKEN: token, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = config;
  if (!token || !(appToken || signingSecret))
    throw new AppError(
      'bad_config',
      'Slack needs SLACK_BOT_TOKEN and one of SLACK_APP_TOKEN and SLACK_SIGNING_SECRET.',
    );
  const apiUrl = config.SLACK_API_URL.replace(/\/*$/, '/');
  const logger = boltLogger(log);
  const client = createClient({ token, apiUrl, logger });
  const fetchPicture = createFetchPicture({ hosts: slackHosts(config), maxBytes: uploadBytes(config) });
  const underWay = new Set<Promise<unknown>>();
  const deps: SlackDeps = {
    studio,
    log,
    client,
    read,
    fetchFile: (url) => fetchPicture(url, { authorization: `Bearer ${token}` }),
    seen: createSeen(),
    nameOf: createNames(client),
    track(work) {
      const settled = work.catch(() => undefined).finally(() => underWay.delete(settled));
      underWay.add(settled);
      return work;
    },
  };

  const stopping = new AbortController();
  const known = identify(deps, stopping.signal);
  // A wrong token ends the start; a silent Slack only delays the first event.
  await Promise.race([known, sleep(3000, undefined, { ref: false })]);
  known.catch(() => undefined);

  const socket = appToken ? socketMode({ log, logger }, { appToken, apiUrl }) : undefined;
  const http = socket ? undefined : new HTTPReceiver({ signingSecret: signingSecret!, logger });
  const app = new App({
    receiver: (socket?.receiver ?? http)!,
    authorize: async () => ({ botToken: token, ...(await known) }),
    convoStore: false,
    logger,
    clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 2 } },
  });
  app.error(async (error) => log.error({ err: error }, 'slack listener failed'));
  listenToCommands(app, deps);
  listenToBrush(app, deps);
  listenToJobs(app, deps);
  listenToForms(app, deps);
  listenToShortcuts(app, deps, () => known);
  listenToMentions(app, deps);
  listenToButtons(app, deps);
  listenToReactions(app, deps);
  listenToHome(app, deps);

  const server = http && (await listen(http, config.SLACK_HTTP_PORT));
  await socket?.start().catch(async (cause: unknown) => {
    stopping.abort();
    await socket.stop();
    throw isTokenError(cause) ? wrongToken('SLACK_APP_TOKEN', cause) : cause;
  });

  return {
    courier: createCourier({ client, log, read }),
    ...(server && { port: (server.address() as AddressInfo).port }),
    ready: () => socket?.connected() ?? server?.listening ?? false,
    async stop() {
      stopping.abort();
      if (socket) await socket.stop();
      else if (server?.listening) await close(server);
      await Promise.race([Promise.allSettled([...underWay]), sleep(DRAIN_MS, undefined, { ref: false })]);
    },
  };
}

/** Our token goes to Slack alone: of the allowed hosts, to its own, and to the one that the Web API is on. */
const slackHosts = ({ ATTACHMENT_HOSTS, SLACK_API_URL }: SlackConfig): string[] =>
  ATTACHMENT_HOSTS.filter((host) => /(^|\.)slack(-gov)?\.com$/.test(host) || host === new URL(SLACK_API_URL).origin);

async function listen(receiver: HTTPReceiver, port: number): Promise<Server> {
  try {
    return (await receiver.start(port)) as Server;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new AppError('port_taken', `Port ${port} for Slack is taken. Set SLACK_HTTP_PORT to a free one.`, { cause });
  }
}

/** Lets requests end, then cuts what is left: a body Bolt would not read keeps its connection open for minutes. */
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.race([closed, sleep(1000, undefined, { ref: false })]);
  server.closeAllConnections();
}
