/** BullMQ on Redis. Producers fail at once when Redis is down; consumers wait for it. */
import { createRedisBackend, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Backend, Classes } from './backend.ts';

/** A Redis that is connected and silent must not keep people waiting. */
const ANSWER_MS = 2_000;

export async function openRedis({ url, log }: { url: string; log: Logger }): Promise<Backend> {
  const producer = new Redis(url, {
    ...{ lazyConnect: true, maxRetriesPerRequest: 1, enableOfflineQueue: false },
    commandTimeout: ANSWER_MS,
  });
  const consumer = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null });
  const close = async () => {
    producer.disconnect();
    consumer.disconnect();
  };
  for (const connection of [producer, consumer]) tellOnce(connection, log);
  try {
    await Promise.all([producer.connect(), consumer.connect()]);
    const info = await producer.info();
    warnAboutEviction(info, log);
    return {
      description: `Redis ${field(info, 'redis_version') ?? ''} at ${where(url)}`,
      classes: withBackend(createRedisBackend) as unknown as Classes,
      producer,
      consumer,
      ping: async () => void (await producer.ping()),
      close,
    };
  } catch (cause) {
    await close();
    throw new AppError(
      'bad_config',
      `Redis at ${where(url)} (REDIS_URL) does not answer. Start it, correct REDIS_URL, or unset it to keep the queue in Postgres.`,
      { cause },
    );
  }
}

/** BullMQ is only correct on a Redis that never evicts keys. */
function warnAboutEviction(info: string, log: Logger) {
  const policy = field(info, 'maxmemory_policy');
  if (policy && policy !== 'noeviction')
    log.warn(
      { policy, remedy: 'redis-cli config set maxmemory-policy noeviction' },
      'this Redis may throw jobs away when its memory is full: set maxmemory-policy to noeviction',
    );
}

/** One line when the connection is lost, one when it is back. */
function tellOnce(connection: Redis, log: Logger) {
  let lost = false;
  connection.on('error', ({ message }) => {
    if (!lost) log.warn({ reason: message }, 'redis does not answer');
    lost = true;
  });
  connection.on('ready', () => {
    if (lost) log.info('redis answers again');
    lost = false;
  });
}

const field = (info: string, name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
const where = (url: string) => new URL(url).host || new URL(url).pathname;
