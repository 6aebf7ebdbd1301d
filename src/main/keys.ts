/** The keys of the watermark: where they are, and `atelier keys …`. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { type KeyRing, loadOrCreateKeys, rotateKeyFile } from '../safety/key.ts';
import { readEnvironment } from './environment.ts';

type KeySettings = Pick<Config, 'DATA_DIR' | 'WATERMARK_KEY' | 'WATERMARK_KEYS_EARLIER'>;

export const keyFile = ({ DATA_DIR }: Pick<Config, 'DATA_DIR'>): string => join(DATA_DIR, 'keys', 'watermark.key');

/** Makes the first key where there is none. Throws bad_config. */
export const openKeys = (config: KeySettings): Promise<KeyRing> =>
  loadOrCreateKeys({
    path: keyFile(config),
    hex: config.WATERMARK_KEY,
    earlierHex: config.WATERMARK_KEYS_EARLIER,
  });

export function addKeyCommands(keys: Command): void {
  keys.command('list').description('the names of the keys as records have them, the one that marks first').action(list);
  keys
    .command('rotate')
    .description('a new key marks from the next start on; pictures marked with the ones before are still known')
    .action(rotate);
}

async function list(): Promise<void> {
  const { keyId, earlier } = await openKeys(readEnvironment('keys').config);
  print({ key: keyId, marks: true });
  for (const { keyId } of earlier) print({ key: keyId, marks: false });
}

async function rotate(): Promise<void> {
  const { config } = readEnvironment('keys');
  if (config.WATERMARK_KEY)
    throw new AppError(
      'bad_config',
      'The key that marks is set by WATERMARK_KEY. Put its value into WATERMARK_KEYS_EARLIER, in front of what is there, and a new one (openssl rand -hex 32) into WATERMARK_KEY, on every host.',
    );
  const { keyId } = await rotateKeyFile(keyFile(config));
  print({ key: keyId, marks: true });
  process.stderr.write('Restart what runs here, and keep a backup of the key file.\n');
}

const print = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
