/** Composition: the only place where parts meet. Opens what a process needs, in order, and closes it in reverse. */
import { startDiscord } from '../bots/discord/discord.ts';
import { createPresent } from '../bots/present.ts';
import { startSlack } from '../bots/slack/slack.ts';
import { startWeb } from '../bots/web/web.ts';
import type { About } from '../bots/web/wire.ts';
import type { Platform } from '../core/address.ts';
import type { Courier } from '../core/courier.ts';
import type { Logger } from '../core/log.ts';
import { uploadBounds } from '../core/upload-bounds.ts';
import { openCatalogue } from '../engine/catalogue.ts';
import { createEngine } from '../engine/client.ts';
import { attributesOf } from '../engine/gan/attributes.ts';
import { createPlanner } from '../engine/plan.ts';
import { openWordLists } from '../engine/planning/word-lists.ts';
import { brushesOf } from '../engine/style/brushes.ts';
import { openQueue } from '../queue/queue.ts';
import { createSafety } from '../safety/safety.ts';
import { openStore } from '../store/store.ts';
import { about } from './about.ts';
import { checkDefaultModel } from './default-model.ts';
import type { Environment } from './environment.ts';
import { type Connection, checksOf, connect, type Gateway } from './gateway.ts';
import { openKeys } from './keys.ts';
import { createLook } from './look.ts';
import { createMetrics } from './metrics.ts';
import { serveOperations } from './operations.ts';
import { readiness } from './readiness.ts';

export interface Roles {
  /** Gateways, the chat page and deliveries. */
  bots: boolean;
  /** Takes jobs and runs the engine. */
  worker: boolean;
}

export interface App {
  /** What is in use, as of now. */
  about(): About;
  /** What listens where, in words. */
  where: string;
  stop(): Promise<void>;
}

/** Of each device, beside its ENGINE_JOBS: light work comes in at once, and is over soon. */
const LIGHT_LANES = 2;

/** Throws AppError with the remedy when something cannot be opened; what was opened by then is closed again. */
export async function assemble({ config, portWasChosen, log }: Environment, roles: Roles): Promise<App> {
  const closing: (() => Promise<void>)[] = [];
  let drain = async () => {};
  const stop = async () => {
    await drain(); // while the platforms are still there to be told what is done
    for (const close of closing.splice(0).reverse()) await close();
  };
  const opened = <T>(part: T, close: (part: T) => Promise<void>): T => {
    closing.push(() => close(part));
    return part;
  };
  try {
    return await open();
  } catch (error) {
    await stop().catch((err: unknown) => log.error({ err }, 'closing failed'));
    throw error;
  }

  async function open(): Promise<App> {
    const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
    checkDefaultModel(config, catalogue);
    const wordLists = openWordLists(config.MODELS_DIR);
    wordLists.styles(); // a broken file is said now, not to whoever asks for a style
    const store = opened(await openStore({ config, log: part('store') }), (store) => store.close());
    const engine = roles.worker
      ? opened(await createEngine({ config, log: part('engine'), onStep: (ms) => metrics.step(ms) }), (engine) =>
          engine.close(),
        )
      : undefined;
    const metrics = createMetrics(store.records, async () => (await engine?.memory()) ?? 0);
    const keys = await openKeys(config);
    const { classify } =
      engine ?? opened(createLook({ config, catalogue, log: part('engine') }), (look) => look.close());
    const safety = createSafety({ classify, ...keys, uploads: uploadBounds(config), log: part('safety') });

    const queue = opened(
      await openQueue({
        redisUrl: config.REDIS_URL,
        databaseUrl: store.databaseUrl,
        records: store.records,
        objects: store.objects,
        safety,
        plan: createPlanner({ catalogue, config, wordLists }),
        models: () => catalogue.diffusionModels(),
        styles: () => wordLists.styles(),
        brushes: () => brushesOf(catalogue),
        attributes: () => attributesOf(catalogue),
        metrics,
        limits: { jobsPerPerson: config.JOBS_PER_PERSON, idlePictures: config.UPLOADS_PER_PERSON },
        weights: config.FAIR_WEIGHTS,
        log: part('queue'),
      }),
      (queue) => queue.stop(),
    );

    drain = () => queue.stop();
    const { studio } = queue;
    const read = studio.read;
    const gateways: { discord?: Connection; slack?: Connection } = {};
    const facts = () => {
      const reached = {
        ...(gateways.discord && { discord: gateways.discord.ready() }),
        ...(gateways.slack && { slack: gateways.slack.ready() }),
      };
      const { problems } = catalogue;
      return about({
        config,
        store,
        queue,
        engine: engine?.describe(),
        problems,
        reached: roles.bots ? reached : undefined,
      });
    };
    const operations = {
      health: async () => ({ ok: true, parts: { process: 'ok' } }),
      ready: async () => readiness({ database: store.ping, queue: queue.ping, ...checksOf(gateways) }),
      metrics: metrics.render,
    };
    const couriers: { [P in Platform]?: Courier<P> } = {};
    let where: string;
    if (roles.bots) {
      const web = opened(
        await startWeb({
          config: { ...config, portWasChosen },
          studio,
          operations,
          about: facts,
          log: part('web'),
        }),
        (web) => web.stop(),
      );
      couriers.web = web.courier;
      where = `Chat page: ${web.url}`;
      const { DISCORD_TOKEN, SLACK_BOT_TOKEN } = config;
      if (DISCORD_TOKEN)
        gateways.discord = await connected(
          'discord',
          (log) => startDiscord({ config: { ...config, DISCORD_TOKEN }, studio, read, log }),
          (courier) => {
            couriers.discord = courier;
          },
        );
      if (SLACK_BOT_TOKEN)
        gateways.slack = await connected(
          'slack',
          (log) => startSlack({ config: { ...config, SLACK_BOT_TOKEN }, studio, read, log }),
          (courier) => {
            couriers.slack = courier;
          },
        );
      queue.startDeliveries({ couriers, present: createPresent(studio) });
    } else {
      const server = opened(
        await serveOperations(
          { operations, log: part('operations') },
          { host: config.WEB_HOST, port: config.WEB_PORT, portWasChosen },
        ),
        (server) => server.stop(),
      );
      where = `Health and metrics: ${server.url}`;
    }
    if (engine) {
      const { lanes, devices } = engine.describe();
      queue.startWorker({
        generate: engine.generate,
        ...{ concurrency: lanes, light: devices.length * LIGHT_LANES, engines: devices.length },
        held: () => engine.describe().models,
      });
    }
    return { about: facts, where, stop };
  }

  /** Connects a platform. */
  async function connected<P extends Platform>(
    name: P,
    start: (log: Logger) => Promise<Gateway<P>>,
    use: (courier: Courier<P>) => void,
  ): Promise<Connection> {
    return opened(await connect({ log: part(name) }, () => start(part(name)), use), (open) => open.stop());
  }

  function part(name: string): Logger {
    return log.child({ part: name });
  }
}
