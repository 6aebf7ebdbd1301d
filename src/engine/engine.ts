/** Recipes to pixels in this very process: what the engine's child process runs, and what a script or a test may use. */
import { join } from 'node:path';
import type { Logger } from '../core/log.ts';
import type { Classify, GenerateContext, GenerateResult, MakeHint, Picture } from '../core/picture.ts';
import type { Recipe } from '../core/recipe.ts';
import { createAdmission } from './admission.ts';
import type { Catalogue, Installed } from './catalogue.ts';
import { createClassifier } from './classify.ts';
import { hintPicture } from './control/hint-picture.ts';
import { type Device, fingerprintOf } from './device.ts';
import { createKeeping } from './keeping.ts';
import type { ManifestOf } from './manifest.ts';
import { createNeeds } from './needs.ts';
import { openNetwork } from './network.ts';
import { openingFor } from './opening.ts';
import { run } from './pipelines.ts';
import { houseAccount } from './sharing/account.ts';
import { createShelf } from './shelf.ts';
import { findDamage } from './verify.ts';

export interface EngineContext extends GenerateContext {
  /** What the job is called in `device.turns`; absent: a number of our own. */
  id?: number;
  /** Told whenever a step, a tile or a picture of the job is done. */
  onBeat?: () => void;
}

export interface Engine {
  generate(recipe: Recipe, context: EngineContext): Promise<GenerateResult>;
  /** Absent while no classifier is installed. */
  classify: ((picture: Picture, id?: number) => ReturnType<Classify>) | undefined;
  /** What a control would see of a picture. */
  hint: (picture: Picture, hint: string, id?: number) => ReturnType<MakeHint>;
  fingerprint: string;
  /** Jobs that wait for memory or for their turn. */
  waiting(): number[];
  close(): Promise<void>;
}

interface Deps {
  catalogue: Catalogue;
  device: Device;
  log: Logger;
  /** Between two states that a job writes down. */
  checkpointMs?: number | undefined;
  /** Told the names of the models in memory when they change. */
  onModels?: (names: string[]) => void;
}

export function createLocalEngine({ catalogue, device, log, checkpointMs, onModels = () => {} }: Deps): Engine {
  const { memoryBytes, threads } = device;
  const needOf = createNeeds({ catalogue, threads, budget: memoryBytes });
  const admission = createAdmission(memoryBytes);
  const shelf = createShelf<{ release(): Promise<void> }>(memoryBytes, {
    reserved: admission.peak,
    resident: () => process.memoryUsage.rss(),
    onChange: () => onModels(shelf.names()),
  });

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
  let jobs = 0;
  return {
    fingerprint,
    async generate(recipe, context) {
      const { signal, onProgress, load, onBeat = () => {}, id = ++jobs } = context;
      const { person, space = '', weight = 1, light = false } = context;
      const started = performance.now();
      const account = { id, person: person ?? `job ${id}`, space, weight, light, signal };
      const clock = { runMs: 0, onRun: onBeat, account };
      await admission.enter(account, await needOf(recipe));
      const close = device.turns.open(account);
      const open = openingFor({ shelf, device, log, account }, account);
      const keeping = createKeeping({ log, fingerprint, everyMs: checkpointMs }, recipe, context);
      const job = { signal, onProgress, load, catalogue, clock, open, onBeat, keeping };
      const images = await run(recipe, job).finally(() => {
        close();
        admission.leave(account);
        return shelf.letGo(account);
      });
      return { images, timings: { totalMs: performance.now() - started, runMs: clock.runMs }, fingerprint };
    },
    classify:
      safety &&
      (async (picture, id) => {
        judge ??= openJudge(safety);
        judge.catch(() => {
          judge = undefined; // mended files are looked at again
        });
        return (await judge).classify(picture, { runMs: 0, account: houseAccount(id) });
      }),
    async hint(picture, name, id) {
      const account = houseAccount(id);
      const open = openingFor({ shelf, device, log, account }, account);
      return hintPicture({ catalogue, open }, picture, name, { runMs: 0, account }).finally(() => shelf.letGo(account));
    },
    waiting: () => [...admission.waiting(), ...device.turns.waiting()],
    async close() {
      await shelf.clear();
      await (await judge?.catch(() => undefined))?.release();
    },
  };
}
