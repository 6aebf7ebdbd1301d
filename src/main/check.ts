/** Was this made here? Looks in a picture, or what chats have made of it, for this installation's watermark. */
import { access } from 'node:fs/promises';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { uploadBounds } from '../core/upload-bounds.ts';
import { decodeFilm } from '../engine/film.ts';
import { createSafety } from '../safety/safety.ts';
import { readEnvironment } from './environment.ts';
import { createHandedIn } from './handed-in.ts';
import { keyFile, openKeys } from './keys.ts';

/** Prints one JSON line; `mark` are the 64 bits under which the picture is on record, in hexadecimal. */
export async function check(file: string): Promise<void> {
  const { config, log } = readEnvironment('check');
  log.level = 'error'; // without a classifier, which reads no marks
  const handedIn = createHandedIn(uploadBounds(config));
  const picture = await handedIn.add(file);
  if (!('key' in picture)) throw new TypeError('A file has a key.');
  const safety = createSafety({ ...(await knownKeys(config)), log });
  const found = await safety.readMark((await decodeFilm(await handedIn.load(picture.key))).frames);
  const about = found && { mark: found.code.toString(16).padStart(16, '0'), key: found.keyId };
  process.stdout.write(`${JSON.stringify({ file, madeHere: found !== undefined, ...about })}\n`);
}

/** A new key would know no picture at all. */
async function knownKeys(config: Config) {
  const path = keyFile(config);
  if (!config.WATERMARK_KEY)
    await access(path).catch((cause: unknown) => {
      throw new AppError(
        'bad_config',
        `There is no watermark key at ${path}, so nothing was made here. Set DATA_DIR or WATERMARK_KEY to those of the installation that is asked about.`,
        { cause },
      );
    });
  return openKeys(config);
}
