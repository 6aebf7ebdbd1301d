/** A model from a hub into the models folder: asked about, checked for room, continued after breaks, put in place at once. */
import { mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { exists } from '../diffusion/layout.ts';
import { describeExport, slug } from '../export.ts';
import { ALIASES } from './aliases.ts';
import { download } from './download.ts';
import type { Hub, Repository } from './hub.ts';
import { type Precision, type Selected, selectFiles } from './selection.ts';

export interface Offer {
  name: string;
  repository: Repository;
  files: readonly Selected[];
  bytes: number;
  licence: string;
  licenceUrl: string;
}

export interface PullProgress {
  file: string;
  doneBytes: number;
  totalBytes: number;
}

interface Deps {
  hub: Hub;
  log: Logger;
  /** Before any large file is fetched; false ends the pull. */
  accept: (offer: Offer) => Promise<boolean>;
  onProgress: (progress: PullProgress) => void;
  /** Bytes that are free where the folder is. */
  freeBytes?: (folder: string) => Promise<number>;
  pauseMs?: number;
}

interface Wanted {
  /** A repository such as owner/name, or an alias. */
  what: string;
  modelsDir: string;
  revision?: string | undefined;
  precision?: Precision | undefined;
  /** The folder's name; else made of the alias or the repository's name. */
  name?: string | undefined;
}

const MARGIN_BYTES = 256 * 2 ** 20;

/** Answers the new model's name. */
export async function pull(deps: Deps, wanted: Wanted): Promise<string> {
  const offer = await prepare(deps, wanted);
  const { name, repository, files } = offer;
  if (!(await deps.accept(offer)))
    throw new AppError('cancelled', `Nothing was pulled: the licence of ${name} (${offer.licence}) was not accepted.`);
  const staging = join(wanted.modelsDir, `.pull-${name}`, repository.commit.slice(0, 12));
  await mkdir(staging, { recursive: true });
  const release = await lock(staging, { stale: 60_000 }).catch((cause: unknown) => {
    throw new AppError('data_in_use', `${name} is being pulled by another process.`, { cause });
  });
  try {
    await ensureRoom(deps, staging, files);
    await fetchAll(deps, offer, staging);
    await describe(offer, staging);
    await release();
    await rename(staging, join(wanted.modelsDir, name));
  } finally {
    await release().catch(() => {}); // done already, when all went well
  }
  await rm(join(wanted.modelsDir, `.pull-${name}`), { recursive: true, force: true });
  deps.log.info({ model: name, repository: repository.name, commit: repository.commit }, 'model pulled');
  return name;
}

async function prepare({ hub }: Deps, { what, modelsDir, revision, precision, name: asked }: Wanted): Promise<Offer> {
  const alias = ALIASES.find(({ alias }) => alias === what);
  if (!alias && !/^[\w.-]+\/[\w.-]+$/.test(what))
    throw new AppError(
      'invalid_request',
      `${what} is neither a repository such as owner/name nor one of: ${ALIASES.map(({ alias }) => alias).join(', ')}.`,
    );
  const name = slug(asked ?? alias?.alias ?? what.split('/')[1]!);
  if (await exists(modelsDir, name))
    throw new AppError('invalid_request', `${name} is installed. Remove it first: atelier models rm ${name}`);
  const repository = await hub.find(alias?.repo ?? what, revision ?? alias?.revision ?? 'main');
  const files = selectFiles(repository.files, repository.name, precision);
  return {
    name,
    repository,
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    licence: alias?.licence ?? repository.licence,
    licenceUrl: alias?.licenceUrl ?? repository.licenceUrl,
  };
}

async function ensureRoom({ freeBytes = freeIn }: Deps, staging: string, files: readonly Selected[]): Promise<void> {
  let missing = 0;
  for (const { target, bytes } of files) if (!(await exists(staging, target))) missing += bytes;
  const free = await freeBytes(staging);
  if (missing + MARGIN_BYTES > free)
    throw new AppError(
      'storage_full',
      `This needs ${sizeOf(missing + MARGIN_BYTES)} and ${sizeOf(free)} are free in ${staging}. Free some space, or set MODELS_DIR to a larger disk.`,
    );
}

async function freeIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function fetchAll({ hub, log, onProgress, pauseMs }: Deps, { repository, files, bytes }: Offer, staging: string) {
  let doneBytes = 0;
  for (const file of files) {
    const before = doneBytes;
    const report = () => onProgress({ file: file.path, doneBytes: Math.min(doneBytes, bytes), totalBytes: bytes });
    const onBytes = (count: number) => {
      doneBytes += count;
      report();
    };
    const retry = pauseMs === undefined ? {} : { pauseMs };
    await download({ hub, log, onBytes, ...retry }, repository, file, join(staging, file.target));
    doneBytes = before + file.bytes; // what lay there from an earlier pull counts as well
    report();
  }
}

/** Writes model.json, so that from now on damage is seen. */
async function describe({ name, repository, licence, licenceUrl }: Offer, staging: string): Promise<void> {
  const file = join(staging, 'model.json');
  await rm(file, { force: true }); // of a pull that ended right here
  const manifest = await describeExport(staging, name);
  const about = {
    title: repository.name.split('/')[1],
    version: repository.commit.slice(0, 12),
    licence: `${licence}, ${licenceUrl}`,
    source: `${repository.name}@${repository.commit}`,
  };
  await writeFile(file, `${JSON.stringify({ ...manifest, ...about }, null, 2)}\n`);
}

export const sizeOf = (bytes: number): string =>
  bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
