/** How a process without a worker looks at what is handed in: with a small engine of its own, opened when the first picture comes. */
import type { Config } from '../core/config.ts';
import type { Logger } from '../core/log.ts';
import type { Classify } from '../core/picture.ts';
import type { Catalogue } from '../engine/catalogue.ts';
import { createEngine, type EngineClient } from '../engine/client.ts';

export interface Look {
  /** Absent while no picture classifier is installed. */
  classify: Classify | undefined;
  close(): Promise<void>;
}

export function createLook({ config, catalogue, log }: { config: Config; catalogue: Catalogue; log: Logger }): Look {
  let engine: Promise<EngineClient> | undefined;
  const open = () => {
    engine ??= createEngine({ config: { ...config, ENGINE_DEVICES: 'cpu', ENGINE_THREADS: 1, ENGINE_JOBS: 1 }, log });
    engine.catch(() => {
      engine = undefined; // the next picture tries again
    });
    return engine;
  };
  return {
    classify:
      catalogue.of('picture-safety').length > 0
        ? async (picture) => {
            const { classify } = await open();
            if (!classify) throw new TypeError('The picture classifier went away.');
            return classify(picture);
          }
        : undefined,
    close: async () => (await engine?.catch(() => undefined))?.close(),
  };
}
