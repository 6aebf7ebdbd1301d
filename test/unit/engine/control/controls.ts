/** Tiny models and controls of every form in one folder, and rows through them. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { createLogger } from '../../../../src/core/log.ts';
import type { RecipeOf } from '../../../../src/core/recipe.ts';
import { type Catalogue, openCatalogue } from '../../../../src/engine/catalogue.ts';
import type { Moment } from '../../../../src/engine/control/controlled.ts';
import { openControls } from '../../../../src/engine/control/open.ts';
import { type Device, openDevice } from '../../../../src/engine/device.ts';
import { type Checkpoint, openCheckpoint } from '../../../../src/engine/diffusion/checkpoint.ts';
import type { Row } from '../../../../src/engine/diffusion/predictor.ts';
import { type OpenModel, openingFor } from '../../../../src/engine/opening.ts';
import { createGenerator } from '../../../../src/engine/random.ts';
import { createShelf } from '../../../../src/engine/shelf.ts';
import type { Latent } from '../../../../src/engine/tensor.ts';
import { writeTinyControls } from '../../../models/control-folders.ts';
import { TINY } from '../../../models/unet.ts';
import { scene } from './a-picture.ts';

export type Control = NonNullable<RecipeOf<'imagine'>['controls']>[number];

const WIDTH = TINY.contextWidth;

export interface Scene {
  catalogue: Catalogue;
  device: Device;
  open: OpenModel;
  checkpoint(name: string): Promise<Checkpoint>;
  control(model: string, over?: Partial<Control>): Control;
  /** The network's answers for these rows, all at once, under these controls. */
  answers(model: string, controls: readonly Control[], rows?: readonly [Row, Moment][]): Promise<Latent[]>;
  close(): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const root = mkdtempSync(join(tmpdir(), 'controls-'));
  writeTinyControls(root);
  const log = createLogger('silent');
  const catalogue = await openCatalogue({ MODELS_DIR: root });
  if (catalogue.problems[0]) throw catalogue.problems[0].error;
  const device = await openDevice({ log }, 'cpu', 2);
  const shelf = createShelf<{ release(): Promise<void> }>(2 ** 30);
  const open = openingFor({ shelf, device, log }, {});
  const picture = scene(96, 96);
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  const bytes = new Uint8Array(await sharp(picture.data, { raw }).png().toBuffer());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const checkpoint = (name: string) =>
    open(catalogue.of('diffusion').find(({ ref }) => ref.name === name)!, (device, { folder }) =>
      openCheckpoint(device, folder, name),
    );
  return {
    catalogue,
    device,
    open,
    checkpoint,
    control(model, over = {}) {
      const { ref, manifest } = catalogue.of('control').find(({ ref }) => ref.name === model)!;
      const stored = { key: 'a', sha256, width: 96, height: 96 };
      return {
        ...{ model: ref, picture: stored, hint: manifest.hint[0]!, weight: 1, from: 0, to: 1, guess: false },
        ...over,
      };
    },
    async answers(model, controls, rows = [aRow(1), aRow(2, { positive: false })]) {
      const deps = { catalogue, open, load: async () => bytes, clock: { runMs: 0 } };
      const predict = await openControls(deps, { controls: [...controls] }, await checkpoint(model));
      return Promise.all(rows.map(([row, at]) => predict(row, at)));
    },
    async close() {
      await shelf.clear();
      rmSync(root, { recursive: true });
    },
  };
}

/** A row of random numbers in the middle of its run. */
export function aRow(seed: number, over: Partial<Row & Moment> = {}): [Row, Moment] {
  const random = createGenerator(seed);
  const { share = 0.5, positive = true, ...row } = over;
  const condition = { data: random.randn(77 * WIDTH), tokens: 77, width: WIDTH, pooled: random.randn(8) };
  const size = { height: 8, width: 8 };
  return [
    { ...{ sample: random.randn(4 * 64), timestep: 500, condition, clock: { runMs: 0 } }, ...size, ...row },
    { share, positive },
  ];
}
