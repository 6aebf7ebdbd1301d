/** The environment of every process: `.env`, configuration, a root logger, and how a failure ends it. */
import { existsSync } from 'node:fs';
import { type Config, loadConfig } from '../core/config.ts';
import { toAppError } from '../core/errors.ts';
import { createLogger, type Logger } from '../core/log.ts';

export interface Environment {
  config: Config;
  /** WEB_PORT was set by someone, so another port would be a surprise. */
  portWasChosen: boolean;
  log: Logger;
}

export function readEnvironment(processName: string): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig(process.env);
  const pretty = config.LOG_FORMAT ? config.LOG_FORMAT === 'pretty' : process.stdout.isTTY === true;
  const log = createLogger(config.LOG_LEVEL, { pretty }).child({ process: processName });
  return { config, portWasChosen: Boolean(process.env.WEB_PORT?.trim()), log };
}

/** Says what is wrong in plain words on stderr and ends the process with 1. A stack only for our own bugs. */
export function die(caught: unknown): never {
  const error = toAppError(caught);
  const bug = error.code === 'internal';
  process.stderr.write(`\n${bug ? (error.cause instanceof Error ? error.cause.stack : error.stack) : error.message}\n`);
  process.exit(1);
}

/** Runs until SIGINT or SIGTERM, then stops gracefully; a second signal ends at once. */
export function untilSignal(log: Logger, stop: () => Promise<void>): void {
  let stopping = false;
  const end = async (signal: string, code: number) => {
    if (stopping) process.exit(130);
    stopping = true;
    log.info(
      { signal },
      'stopping: running jobs have 20 s to end, the rest goes on at the next start; once more to stop at once',
    );
    await stop().catch((error: unknown) => log.error({ err: toAppError(error) }, 'stopping failed'));
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(signal, 0));
  process.on('unhandledRejection', (error) => log.error({ err: toAppError(error) }, 'a failure nobody waited for'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught failure');
    void end('uncaughtException', 1);
  });
}
