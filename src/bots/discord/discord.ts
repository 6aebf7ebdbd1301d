/** The Discord bot: gateway in, REST out, and the courier that shows replies. */
import { once } from 'node:events';
import {
  Client,
  DiscordjsErrorCodes,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  Partials,
  type GatewayMessageReactionAddDispatchData as Reaction,
  type GatewayMessageReactionRemoveDispatchData as TakenBack,
} from 'discord.js';
import type { Config } from '../../core/config.ts';
import type { Courier } from '../../core/courier.ts';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import type { Studio } from '../../core/studio.ts';
import { uploadBytes } from '../../core/upload-bounds.ts';
import { createFetchPicture } from '../fetch-picture.ts';
import { createApi } from './api.ts';
import { createCourier } from './courier.ts';
import { onInteraction } from './interactions.ts';
import { createReactionNames } from './reaction-name.ts';
import { onReaction } from './reactions.ts';
import { register } from './registration.ts';
import { facts } from './trouble.ts';

export interface DiscordDeps {
  config: Pick<Config, 'DISCORD_API_URL' | 'DISCORD_GUILD_ID' | 'ATTACHMENT_HOSTS' | 'UPLOAD_MAX_MB'> & {
    DISCORD_TOKEN: string;
  };
  studio: Studio;
  /** Bytes of a picture, by storage key. */
  read: (key: string) => Promise<Uint8Array>;
  log: Logger;
}

export interface Discord {
  courier: Courier<'discord'>;
  ready(): boolean;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const UPLOAD_WITHIN_MS = 30_000;

/** Throws AppError: bad_config for a token that Discord refuses, platform_unavailable when it cannot be reached. */
export async function startDiscord({ config, studio, read, log }: DiscordDeps): Promise<Discord> {
  const client = new Client({
    // None of them privileged: commands and buttons need none, reactions need their own.
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessageReactions,
      GatewayIntentBits.DirectMessageReactions,
    ],
    partials: [Partials.Channel], // direct channels are never announced
    shards: 'auto',
    rest: { api: config.DISCORD_API_URL.replace(/\/+$/, ''), version: '10', timeout: UPLOAD_WITHIN_MS },
  });
  const api = createApi({ rest: client.rest, log });
  const fetchPicture = createFetchPicture({ hosts: config.ATTACHMENT_HOSTS, maxBytes: uploadBytes(config) });
  const deps = { studio, api, read, log, fetchPicture, remembered: new Map() };

  client.on(Events.Error, (err) => log.error({ err }, 'discord client error'));
  client.on(Events.ShardDisconnect, ({ code }) => log.error({ code }, 'discord closed the gateway for good'));
  client.on(Events.ShardResume, (_shard, replayed) => log.info({ replayed }, 'gateway resumed'));
  client.on(Events.InteractionCreate, onInteraction(deps));
  const { user, application } = await login(client, config.DISCORD_TOKEN);
  // Taken from the dispatch itself: discord.js drops reactions in direct channels it has not seen before.
  const reactions = createReactionNames();
  const react = onReaction({ ...deps, reactions, applicationId: application.id, botId: user.id });
  client.ws.on(GatewayDispatchEvents.MessageReactionAdd, (data: Reaction) => void react(data));
  client.ws.on(GatewayDispatchEvents.MessageReactionRemove, (data: TakenBack) => reactions.takenBack(data));
  const scope = { applicationId: application.id, guildId: config.DISCORD_GUILD_ID };
  await register({ rest: client.rest, log }, scope).catch((caught: unknown) =>
    log.error(facts(caught), 'commands could not be registered; those Discord knows keep working'),
  );
  log.info({ bot: user.id, guilds: client.guilds.cache.size }, 'discord connected');
  return {
    courier: createCourier({ api, read }),
    ready: () => client.isReady(),
    stop: () => client.destroy(),
  };
}

async function login(client: Client, token: string): Promise<Client<true>> {
  const ready = once(client, Events.ClientReady, { signal: AbortSignal.timeout(READY_WITHIN_MS) });
  ready.catch(() => {}); // it may fail while login still tries
  try {
    await client.login(token);
    const [connected] = (await ready) as [Client<true>];
    return connected;
  } catch (cause) {
    await client.destroy();
    const { code, message } = cause as { code?: unknown; message?: string };
    if (code === DiscordjsErrorCodes.TokenInvalid)
      throw new AppError(
        'bad_config',
        'Discord refused DISCORD_TOKEN. Copy the bot token again from https://discord.com/developers/applications.',
      );
    if (/disallowed intents/i.test(message ?? ''))
      throw new AppError('bad_config', 'Discord refused the intents of this bot.', { cause });
    throw new AppError('platform_unavailable', 'Discord cannot be reached. Check the network and DISCORD_API_URL.', {
      cause,
    });
  }
}
