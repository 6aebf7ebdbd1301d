/** The models in MODELS_DIR: one folder each, verified when it is opened. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { AppError, toAppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { ModelRef } from '../core/recipe.ts';
import { findAdapterFiles } from './adapters/files.ts';
import { describeExport } from './export.ts';
import { isOfKind, type Manifest, type ManifestOf, type ModelKind, parseManifest, refOf } from './manifest.ts';
import { findDamage } from './verify.ts';

export interface Installed<M extends Manifest = Manifest> {
  folder: string;
  manifest: M;
  ref: ModelRef;
}

export interface Catalogue {
  models: readonly Installed[];
  /** Folders that hold a model which cannot be used, and why. */
  problems: readonly Problem[];
  of<K extends ModelKind>(kind: K): Installed<ManifestOf<K>>[];
  /** The model a recipe was made for: same name, same weights. Throws model_missing / model_corrupt. */
  get<K extends ModelKind>(kind: K, ref: Pick<ModelRef, 'name' | 'sha256'>): Installed<ManifestOf<K>>;
  /** Everything found, damaged ones too. */
  list(): Pick<Manifest, 'name' | 'kind' | 'version' | 'licence'>[];
  /** What people may name: the text-to-image models. */
  diffusionModels(): { name: string; title: string }[];
  /** What is wrong, by model name; empty when every file of every model is the one its manifest names. */
  verify(): Promise<Map<string, string>>;
}

export interface Problem {
  name: string;
  error: AppError;
}

/** Reads every manifest and hashes every file. Throws model_missing when there is no such folder at all. */
export async function openCatalogue({ MODELS_DIR, log }: { MODELS_DIR: string; log?: Logger }): Promise<Catalogue> {
  const root = resolve(MODELS_DIR);
  const entries = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError(
      'model_missing',
      `There is no models folder at ${root}. Set MODELS_DIR to where the models are.`,
      {
        cause,
      },
    );
  });
  const models: Installed[] = [];
  const problems: Problem[] = [];
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')); // pulls in progress
  for (const { name } of folders.sort(byName)) {
    const found = await read(join(root, name), name).catch((caught: unknown) => ({ error: toAppError(caught) }));
    if (!found) continue;
    if ('folder' in found) models.push(found);
    else problems.push({ name, error: found.error });
  }
  const files = await findAdapterFiles(root);
  models.push(...files.adapters);
  problems.push(...files.problems);
  for (const { name, error } of problems)
    log?.error({ model: name, ...error.detail, problem: error.message }, 'model cannot be used');
  return createCatalogue(models, problems);
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

/** Undefined for folders that hold no model. */
async function read(folder: string, name: string): Promise<Installed | undefined> {
  const text = await readFile(join(folder, 'model.json'), 'utf8').catch(() => undefined);
  const manifest = text === undefined ? await describeExport(folder, name) : parse(text, name);
  if (!manifest) return undefined;
  const damage = await findDamage(folder, manifest);
  if (damage) throw damage;
  return { folder, manifest, ref: refOf(manifest) };
}

function parse(text: string, name: string): Manifest {
  try {
    return parseManifest(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError('model_corrupt', `models/${name}/model.json cannot be read:\n${why}`, { cause });
  }
}

export function createCatalogue(models: readonly Installed[], problems: readonly Problem[] = []): Catalogue {
  const of = <K extends ModelKind>(kind: K) =>
    models.filter((model): model is Installed<ManifestOf<K>> => isOfKind(model.manifest, kind));
  return {
    models,
    problems,
    of,
    get(kind, { name, sha256 }) {
      const found = of(kind).find((model) => model.ref.name === name);
      const problem = problems.find((problem) => problem.name === name);
      if (!found && problem) throw problem.error;
      if (!found) throw new AppError('model_missing', `The model ${name} is not installed here any more.`);
      if (found.ref.sha256 === sha256) return found;
      throw new AppError('model_missing', `The model ${name} was replaced since this was asked for. Ask again.`);
    },
    list: () => [
      ...models.map(({ manifest: { name, kind, version, licence } }) => ({ name, kind, version, licence })),
      ...problems.map(({ name }) => ({ name, kind: 'damaged', version: '', licence: '' })),
    ],
    diffusionModels: () => of('diffusion').map(({ manifest: { name, title } }) => ({ name, title })),
    verify: async () => new Map(problems.map(({ name, error }) => [name, error.message])),
  };
}
