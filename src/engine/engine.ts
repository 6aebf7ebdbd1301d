/** Recipes to pixels in this very process: what the engine's child process runs, and what a script or a test may use. */
import { join } from 'node:path';
import type { Logger } from '../core/log.ts';
import type { Classify, Generate, GenerateContext, Made, MakeHint, Picture } from '../core/picture.ts';
import type { ModelRef, Recipe, RecipeOf } from '../core/recipe.ts';
import { additionsOf } from './adapters/of-recipe.ts';
import type { Catalogue, Installed } from './catalogue.ts';
import { createClassifier } from './classify.ts';
import { hintPicture } from './control/hint-picture.ts';
import { openControls } from './control/open.ts';
import { type Device, fingerprintOf } from './device.ts';
import { openCheckpoint } from './diffusion/checkpoint.ts';
import { imagine } from './diffusion/imagine.ts';
import type { ManifestOf } from './manifest.ts';
import { type Clock, openNetwork } from './network.ts';
import { type OpenModel, openingFor } from './opening.ts';
import { loadCutout, onWhite } from './picture-input.ts';
import { createShelf } from './shelf.ts';
import { createUpscaler, type Upscaler } from './upscale/enlarge.ts';
import { LANCZOS, resample } from './upscale/resample.ts';
import { findDamage } from './verify.ts';

export interface Engine {
  generate: Generate;
  /** Absent while no classifier is installed. */
  classify: Classify | undefined;
  /** What a control would see of a picture. */
  hint: MakeHint;
  fingerprint: string;
  close(): Promise<void>;
}

interface Deps {
  catalogue: Catalogue;
  device: Device;
  log: Logger;
  /** Told whenever a step, a tile or a picture is done. */
  onBeat?: () => void;
}

type Job = Pick<GenerateContext, 'signal' | 'onProgress' | 'load'> & { clock: Clock; open: OpenModel };
type Pipelines = { readonly [K in Recipe['kind']]: (recipe: RecipeOf<K>, job: Job) => Promise<Made[]> };

const SHELF_BYTES = 4 * 2 ** 30;

export function createLocalEngine({ catalogue, device, log, onBeat = () => {} }: Deps): Engine {
  const shelf = createShelf<{ release(): Promise<void> }>(SHELF_BYTES);

  const upscaler = ({ open }: Job, model: ModelRef): Promise<Upscaler> =>
    open(catalogue.get('upscale', model), async (device, { folder, manifest }) => {
      const network = await openNetwork(device, join(folder, manifest.graph.file));
      return { ...createUpscaler(network, manifest), release: network.release };
    });

  /** To exactly this size, by a network as far as it goes. */
  const enlarge = async (
    picture: Picture,
    model: ModelRef,
    { width, height }: { width: number; height: number },
    job: Job,
    onTile: (done: number, total: number) => void = () => {},
  ): Promise<Picture> => {
    if (model.name === LANCZOS.name) return resample(picture, width, height);
    const network = await upscaler(job, model);
    const larger = await network.enlarge(picture, {
      signal: job.signal,
      clock: job.clock,
      onTile: (done, total) => {
        onBeat();
        onTile(done, total);
      },
    });
    return larger.width === width && larger.height === height ? larger : resample(larger, width, height);
  };
  const times = (factor: number, { width, height }: Picture) => ({ width: width * factor, height: height * factor });

  const pipelines: Pipelines = {
    imagine: async (recipe, job) => {
      const installed = catalogue.get('diffusion', recipe.model);
      const { key, additions } = await additionsOf(catalogue, recipe);
      const checkpoint = await job.open(
        installed,
        (device, { folder, ref, manifest: { names } }) =>
          openCheckpoint(device, folder, ref.name, { names, additions, onBeat }),
        key,
      );
      const predict = await openControls({ ...job, catalogue }, recipe, checkpoint);
      const made = await imagine(checkpoint, recipe, {
        ...{ ...job, onBeat, predict },
        enlarge: (picture, model, size) => enlarge(picture, model, size, job),
      });
      const { display } = recipe;
      if (!display) return made;
      const larger: Made[] = [];
      for (const { picture, seed } of made)
        larger.push({ picture: await enlarge(picture, display.model, times(display.factor, picture), job), seed });
      return larger;
    },
    upscale: async (recipe, job) => {
      const picture = onWhite(await loadCutout(job.load, recipe.source));
      const report = (step: number, total: number) => job.onProgress({ step, total });
      const size = times(recipe.factor, picture);
      return [{ picture: await enlarge(picture, recipe.model, size, job, report), seed: recipe.seed }];
    },
  };

  const [safety] = catalogue.of('picture-safety');
  /** Beside the shelf: it answers between the steps of a running job, whose model must not make room for it. */
  let judge: ReturnType<typeof openJudge> | undefined;
  const openJudge = async ({ folder, manifest }: Installed<ManifestOf<'picture-safety'>>) => {
    const damage = await findDamage(folder, manifest);
    if (damage) throw damage;
    const network = await openNetwork(device, join(folder, manifest.graph.file));
    return { classify: createClassifier(network, manifest), release: network.release };
  };
  const fingerprint = fingerprintOf(device);
  return {
    fingerprint,
    async generate(recipe, { signal, onProgress, load }) {
      const started = performance.now();
      const clock = { runMs: 0, onRun: onBeat };
      const holder = {};
      const open = openingFor({ shelf, device, log }, holder);
      const images = await dispatch(pipelines, recipe, { signal, onProgress, load, clock, open }).finally(() =>
        shelf.letGo(holder),
      );
      return { images, timings: { totalMs: performance.now() - started, runMs: clock.runMs }, fingerprint };
    },
    classify:
      safety &&
      (async (picture) => {
        judge ??= openJudge(safety);
        judge.catch(() => {
          judge = undefined; // mended files are looked at again
        });
        return (await judge).classify(picture, { runMs: 0 });
      }),
    async hint(picture, name) {
      const holder = {};
      const open = openingFor({ shelf, device, log }, holder);
      return hintPicture({ catalogue, open }, picture, name, { runMs: 0 }).finally(() => shelf.letGo(holder));
    },
    async close() {
      await shelf.clear();
      await (await judge?.catch(() => undefined))?.release();
    },
  };
}

// TypeScript cannot see that recipe and pipeline share a kind; this is the one place that says so.
const dispatch = <R extends Recipe>(pipelines: Pipelines, recipe: R, job: Job) =>
  (pipelines[recipe.kind] as unknown as (recipe: R, job: Job) => Promise<Made[]>)(recipe, job);
