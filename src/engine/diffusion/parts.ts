/** The graphs of a model folder: opened by name, with what a recipe adds to them, and all put away together. */
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { type Additions, modify, refuseStrangers } from '../adapters/additions.ts';
import { PARTS, type Part } from '../adapters/lora-names.ts';
import type { Device } from '../device.ts';
import { type Network, openNetwork } from '../network.ts';
import { exists, findGraph } from './layout.ts';
import { withoutOwnNoise } from './posterior.ts';

export interface OpenPart {
  network: Network;
  /** Learned words, '<name>' → the ids that stand for it; text encoders only. */
  tokens: ReadonlyMap<string, readonly number[]>;
}

export interface Parts {
  /** Undefined where the folder has no such part. */
  open(part: string): Promise<OpenPart | undefined>;
  /** Throws model_missing instead. */
  need(part: string): Promise<OpenPart>;
  release(): Promise<void>;
}

interface Whole {
  folder: string;
  model: string;
  additions: Additions;
  /** Told whenever a weight was changed: large models take their time. */
  onBeat?: (() => void) | undefined;
}

export async function createParts(
  { device }: { device: Device },
  { folder, model, additions, onBeat }: Whole,
): Promise<Parts> {
  const opened: Network[] = [];
  const changeable = new Set<string>();
  for (const part of PARTS) if (await exists(folder, part)) changeable.add(part);
  await refuseStrangers(additions, [...changeable] as Part[]);

  const open = async (part: string): Promise<OpenPart | undefined> => {
    const graph = await findGraph(folder, part, model);
    if (!graph) return undefined;
    const { source, tokens } = changeable.has(part)
      ? await modify(graph, part as Part, additions, onBeat)
      : { source: part === 'vae_encoder' ? await withoutOwnNoise(graph) : graph, tokens: new Map<string, number[]>() };
    const network = await openNetwork(device, source).catch((cause: unknown) => {
      if (cause instanceof AppError) throw cause;
      throw new AppError('model_corrupt', `${part} of the model ${model} cannot be opened: ${reason(cause)}`, {
        cause,
      });
    });
    opened.push(network);
    return { network, tokens };
  };
  return {
    open,
    async need(part) {
      const found = await open(part);
      if (found) return found;
      throw new AppError('model_missing', `The model ${model} lacks ${join(part, 'model.onnx')}.`);
    },
    release: async () => {
      await Promise.all(opened.splice(0).map((network) => network.release()));
    },
  };
}

const reason = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
