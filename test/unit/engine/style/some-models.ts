/** Small image-to-image networks with known weights, installed in a folder of their own, and an engine for them. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../../../../src/core/log.ts';
import type { GenerateContext, Picture } from '../../../../src/core/picture.ts';
import type { Recipe, StoredPicture } from '../../../../src/core/recipe.ts';
import { openCatalogue } from '../../../../src/engine/catalogue.ts';
import { openDevice } from '../../../../src/engine/device.ts';
import { createLocalEngine } from '../../../../src/engine/engine.ts';
import { createGraph } from '../../../../src/engine/onnx/builder.ts';
import { createGenerator } from '../../../../src/engine/random.ts';

export const log = createLogger('silent');

/** scale · x + shift; sides as declared. */
export function affine(scale: number, shift: number, dims: (number | string)[] = [1, 3, 'h', 'w']): Uint8Array {
  const graph = createGraph();
  graph.input('image', 'float32', dims);
  graph.output('made', 'float32', dims);
  graph.weight('scale', [1], Float32Array.of(scale));
  graph.weight('shift', [1], Float32Array.of(shift));
  graph.node('Add', [graph.node('Mul', ['image', 'scale'], 'scaled'), 'shift'], 'made');
  return graph.bytes();
}

/** Half the size and back, looking a few pixels around: sides must be even. `channels` come out. */
export function blurry(channels = 3): Uint8Array {
  const graph = createGraph();
  const weights = (seed: number, dims: number[]) => {
    const length = dims.reduce((a, b) => a * b, 1);
    return createGenerator(seed)
      .randn(length)
      .map((v) => v / 8);
  };
  graph.input('image', 'float32', [1, 3, 'h', 'w']);
  graph.output('made', 'float32', [1, channels, 'h', 'w']);
  graph.weight('down', [8, 3, 5, 5], weights(1, [8, 3, 5, 5]));
  graph.weight('up', [8, channels, 4, 4], weights(2, [8, channels, 4, 4]));
  graph.node('Conv', ['image', 'down'], 'small', { pads: [2, 2, 2, 2], strides: [2, 2] });
  graph.node('Relu', ['small'], 'lit');
  graph.node('ConvTranspose', ['lit', 'up'], 'made', { pads: [1, 1, 1, 1], strides: [2, 2] });
  return graph.bytes();
}

/** Installs them: folder → manifest without its files, and the files. */
export function install(models: Record<string, { manifest: object; files: Record<string, Uint8Array> }>): string {
  const root = mkdtempSync(join(tmpdir(), 'atelier-brushes-'));
  for (const [name, { manifest, files }] of Object.entries(models)) {
    mkdirSync(join(root, name));
    for (const [path, bytes] of Object.entries(files)) writeFileSync(join(root, name, path), bytes);
    const listed = Object.entries(files).map(([path, bytes]) => ({
      ...{ path, bytes: bytes.length },
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }));
    const about = { name, title: name, version: '1', licence: 'MIT', files: listed };
    writeFileSync(join(root, name, 'model.json'), JSON.stringify({ ...about, ...manifest }));
  }
  return root;
}

export async function anEngine(folder: string) {
  const catalogue = await openCatalogue({ MODELS_DIR: folder, log });
  const engine = createLocalEngine({ catalogue, device: await openDevice({ log }, 'cpu', 1), log });
  const refOf = (name: string) => catalogue.models.find(({ ref }) => ref.name === name)!.ref;
  const run = (recipe: Recipe, files: readonly Uint8Array[], over: Partial<GenerateContext> = {}) => {
    const load = async (key: string) => files.find((bytes) => sha256(bytes) === key)!;
    return engine.generate(recipe, {
      ...{ log, signal: new AbortController().signal, onProgress: () => {}, load },
      ...over,
    });
  };
  return { catalogue, engine, refOf, run };
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export const stored = (bytes: Uint8Array, size: { width: number; height: number; frames?: number }): StoredPicture => ({
  ...{ key: sha256(bytes), sha256: sha256(bytes) },
  ...size,
});

/** Soft shapes with some texture, in full colours; another for every seed. */
export function aPicture(width: number, height: number, seed = 1): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++)
        data[i++] = Math.round(
          128 +
            70 * Math.sin((x * (c + 1)) / 9 + seed) * Math.cos((y * (3 - c)) / 11 + 2 * seed) +
            40 * Math.sin((x * y) / 97 + c),
        );
  return { width, height, data };
}

/** Of two pictures: the largest difference of a byte, of those pixels that count. */
export function apart(a: Picture, b: Picture, counts: (x: number, y: number) => boolean = () => true): number {
  let most = a.width === b.width && a.height === b.height ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.data.length; i++) {
    const pixel = Math.floor(i / 3);
    if (counts(pixel % a.width, Math.floor(pixel / a.width))) most = Math.max(most, Math.abs(a.data[i]! - b.data[i]!));
  }
  return most;
}
