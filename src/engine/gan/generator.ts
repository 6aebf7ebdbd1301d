/** A StyleGAN-like network in memory: seeds to w, w+ to pictures, pictures to w. Karras et al. 2019, 2020. */
import { join } from 'node:path';
import type { Picture } from '../../core/picture.ts';
import type { Installed } from '../catalogue.ts';
import type { Device } from '../device.ts';
import type { ManifestOf } from '../manifest.ts';
import { type Clock, openNetwork } from '../network.ts';
import { toPicture, toPlanes } from '../pixels.ts';
import { createGenerator } from '../random.ts';
import { concat, type Latent } from '../tensor.ts';
import { type Draws, drawsOf } from './draws.ts';
import { createFound, type Found } from './found.ts';
import { type Latents, readLatents } from './latents.ts';
import { createWSpace, type WSpace } from './w-space.ts';

/** What the synthesis network draws a face from. */
export interface LatentFace {
  /** [layers · wWidth]. */
  rows: Latent;
  /** [noiseWidth]; empty where it would change nothing. */
  noise: Latent;
}

export interface Generator extends Latents {
  installed: Installed<ManifestOf<'gan'>>;
  manifest: ManifestOf<'gan'>;
  found: Found;
  drawsOf(seed: number): Draws;
  /** [zWidth] → [wWidth]. */
  map(z: Latent, clock: Clock): Promise<Latent>;
  /** How many faces are drawn in one run. */
  batch: number;
  draw(faces: readonly LatentFace[], clock: Clock): Promise<Picture[]>;
  /** The w of the face most like a picture of the network's own size, at a glance; the mean one without an encoder. */
  read(picture: Picture, clock: Clock): Promise<Latent>;
  /** Where its faces lie in w. */
  space(clock: Clock): Promise<WSpace>;
  release(): Promise<void>;
}

/** Enough to know the spread of a hundred numbers within a few per cent. */
const SAMPLES = 2048;

/** More in one run win nothing on a CPU (measured: 16 to 24 ms a face for 1, 2, 4, 8 and 16), and are slower to cancel. */
const ROWS = { cpu: 1, accelerator: 16 };

export async function openGenerator(device: Device, installed: Installed<ManifestOf<'gan'>>): Promise<Generator> {
  const { folder, manifest } = installed;
  const { graphs, zWidth, wWidth, layers, noiseWidth, grain, resolution: side, graph } = manifest;
  const latents = await readLatents(installed);
  const open = (file: string) => openNetwork(device, join(folder, file));
  const mapping = await open(graphs.mapping);
  const synthesis = await open(graphs.synthesis);
  const encoder = graphs.encoder ? await open(graphs.encoder) : undefined;
  let space: WSpace | undefined;

  const grainOf = (faces: readonly LatentFace[]) =>
    grain ? concat(faces.map(({ noise }) => noise)) : new Float32Array(faces.length * noiseWidth);

  return {
    ...latents,
    installed,
    manifest,
    found: createFound(),
    drawsOf: (seed) => drawsOf(seed, { zWidth, noiseWidth: grain ? noiseWidth : 0 }),
    async map(z, clock) {
      const { w } = await mapping.run({ z: { data: z, dims: [1, zWidth] } }, clock);
      return w!;
    },
    batch: device.name === 'cpu' ? ROWS.cpu : ROWS.accelerator,
    async draw(faces, clock) {
      const n = faces.length;
      const { image } = await synthesis.run(
        {
          w: { data: concat(faces.map(({ rows }) => rows)), dims: [n, layers, wWidth] },
          ...(noiseWidth > 0 && { noise: { data: grainOf(faces), dims: [n, noiseWidth] } }),
        },
        clock,
      );
      const size = 3 * side * side;
      return faces.map((_, i) => toPicture(image!.subarray(i * size, (i + 1) * size), side, side, graph.range));
    },
    async read(picture, clock) {
      if (!encoder) return latents.meanW;
      const data = toPlanes(picture, 0, 0, side, side, graph.range);
      const { w } = await encoder.run({ image: { data, dims: [1, 3, side, side] } }, clock);
      return w!;
    },
    async space(clock) {
      if (space) return space;
      const z = createGenerator(0).randn(SAMPLES * zWidth);
      const { w } = await mapping.run({ z: { data: z, dims: [SAMPLES, zWidth] } }, clock);
      space = createWSpace(w!, wWidth);
      return space;
    },
    async release() {
      for (const network of [mapping, synthesis, encoder]) await network?.release();
    },
  };
}
