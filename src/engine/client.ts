/** The engine as the rest of the program sees it: functions here, work in child processes, one per device. */
import { resolve } from 'node:path';
import type { Config } from '../core/config.ts';
import type { Logger } from '../core/log.ts';
import type { Classify, Generate, MakeHint, Picture } from '../core/picture.ts';
import { picturesOf } from '../core/recipe.ts';
import { chooseChild } from './affinity.ts';
import { openCatalogue } from './catalogue.ts';
import { type ChildState, createEngineChild, type EngineChild } from './child.ts';
import { usualBudget } from './memory.ts';
import { modelsOf } from './needs.ts';
import { resample } from './upscale/resample.ts';

export interface EngineState {
  devices: ChildState[];
  model: string;
  fingerprint: string;
  /** Jobs that all engines together may have under way; light ones come on top. */
  lanes: number;
  /** Names of the models that some engine holds in memory: jobs for them start at once. */
  models: readonly string[];
}

export interface EngineClient {
  generate: Generate;
  /** Absent while no picture classifier is installed. */
  classify: Classify | undefined;
  /** What a control would see of a picture; made between the steps of a running job. */
  hint: MakeHint;
  describe(): EngineState;
  /** Resident memory of all engine processes, bytes. */
  memory(): Promise<number>;
  close(): Promise<void>;
}

interface Deps {
  config: Pick<Config, 'MODELS_DIR' | 'ENGINE_DEVICES' | 'ENGINE_THREADS' | 'ENGINE_HANG_SECONDS' | 'DEFAULT_MODEL'> &
    Partial<Pick<Config, 'ENGINE_JOBS' | 'ENGINE_MEMORY_GB'>>;
  log: Logger;
  /** Between two states that a job tells of, milliseconds; absent: a few seconds. */
  checkpointMs?: number;
  /** Told of every denoising step, milliseconds: for metrics. */
  onStep?: (ms: number) => void;
}

/** Starts every device's child and waits until they answer. */
export async function createEngine({ config, log, checkpointMs, onStep = () => {} }: Deps): Promise<EngineClient> {
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR });
  const names = config.ENGINE_DEVICES.split(',');
  const { ENGINE_JOBS: jobs = 4, ENGINE_MEMORY_GB: gigabytes } = config;
  const children = names.map((device) =>
    createEngineChild(
      { log },
      {
        modelsDir: resolve(config.MODELS_DIR),
        device,
        threads: config.ENGINE_THREADS,
        hangMs: config.ENGINE_HANG_SECONDS * 1000,
        ...{ jobs, checkpointMs },
        memoryBytes: gigabytes ? gigabytes * 2 ** 30 : usualBudget(names.length),
      },
    ),
  );
  const close = async () => {
    await Promise.all(children.map((child) => child.close()));
  };
  try {
    await Promise.all(children.map((child) => child.ready()));
  } catch (error) {
    await close();
    throw error;
  }
  const [safety] = catalogue.of('picture-safety');
  // The first preview is judged in the middle of the first job: the classifier had better be open by then.
  if (safety) for (const child of children) void classifyOn(child, BLANK).catch(() => {});
  const idlest = () => children.reduce((a, b) => (b.load() < a.load() ? b : a));

  return {
    async generate(recipe, { signal, onProgress, load, onCheckpoint, person, space, weight, light, resume }) {
      const sources: Record<string, Uint8Array> = {};
      for (const { key } of picturesOf(recipe)) sources[key] = await load(key);
      const whose = { person, space, weight, light, resume, keeps: onCheckpoint !== undefined };
      let before = performance.now();
      const answer = await chooseChild(children, modelsOf(recipe)).run({
        message: (id) => ({ type: 'generate', id, recipe, sources, ...whose }),
        ...{ signal, light },
        onMessage: (message) => {
          if (message.type === 'checkpoint') return onCheckpoint?.(message.state);
          if (message.type !== 'progress') return;
          const { step, total, preview } = message;
          const now = performance.now();
          if (recipe.kind === 'imagine' && step > 1) onStep(now - before); // the first one includes opening the model
          before = now;
          onProgress({ step, total, ...(preview && { preview }) });
        },
      });
      if (answer.type !== 'done') throw new TypeError(`The engine answered ${answer.type} to generate.`);
      return answer.result;
    },
    classify: safety && (async (picture) => classifyOn(idlest(), await noLarger(picture, safety.manifest.graph.size))),
    async hint(picture, hint) {
      const answer = await idlest().run({
        message: (id) => ({ type: 'hint', id, picture, hint }),
        onMessage: () => {},
        aside: true,
      });
      if (answer.type !== 'hinted') throw new TypeError(`The engine answered ${answer.type} to hint.`);
      return answer.picture;
    },
    describe() {
      const devices = children.map((child) => child.describe());
      const fingerprint = [...new Set(devices.map((device) => device.fingerprint))].join(' | ');
      const lanes = devices.reduce((sum, device) => sum + device.jobs, 0);
      const models = [...new Set(devices.flatMap((device) => device.models))];
      return { devices, model: config.DEFAULT_MODEL, fingerprint, lanes, models };
    },
    memory: async () => children.reduce((sum, child) => sum + child.describe().bytes, 0),
    close,
  };
}

/** The classifier would make it as small itself: the rest need not travel. */
const noLarger = async (picture: Picture, side: number): Promise<Picture> =>
  picture.width * picture.height > side ** 2 ? resample(picture, side, side) : picture;

const BLANK: Picture = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3) };

async function classifyOn(child: EngineChild, picture: Picture): ReturnType<Classify> {
  const answer = await child.run({
    message: (id) => ({ type: 'classify', id, picture }),
    onMessage: () => {},
    aside: true,
  });
  if (answer.type !== 'classified') throw new TypeError(`The engine answered ${answer.type} to classify.`);
  return answer.scores;
}
