/** The text encoders of a model, each with its tokenizer: one for Stable Diffusion, two for SDXL, three for SD3. */
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Network } from '../network.ts';
import { exists, TOWERS } from './layout.ts';
import type { Parts } from './parts.ts';
import { loadT5Tokenizer } from './t5-tokenizer.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

/** `clip-projection`: CLIP with a pooled, projected vector as an output of its own (`text_embeds`). */
export type TowerRole = 'clip' | 'clip-projection' | 't5';

export interface TextTower {
  role: TowerRole;
  tokenizer: Tokenizer;
  /** ids [rows, tokens] in; what comes out depends on the role and the export. */
  network: Network;
}

/** `t5Tokens`: how many ids T5 is given, which its configuration does not tell. */
export async function openTowers(
  { open }: Pick<Parts, 'open'>,
  folder: string,
  model: string,
  { t5Tokens }: { t5Tokens: number },
): Promise<TextTower[]> {
  const towers: TextTower[] = [];
  for (const { part, tokenizer: words } of TOWERS) {
    const opened = await open(part);
    if (!opened) continue;
    const { network, tokens } = opened;
    const path = join(folder, words);
    const isT5 = (await exists(path, 'tokenizer.json')) && !(await exists(path, 'merges.txt'));
    const read = isT5 ? loadT5Tokenizer(path, t5Tokens) : loadTokenizer(path, tokens);
    const tokenizer = await read.catch((cause: unknown) => {
      const message = `The model ${model} has no tokenizer in ${words}/ that can be read: ${String(cause)}`;
      throw new AppError('model_missing', message, { cause });
    });
    const projects = network.outputs.some(({ name }) => name === 'text_embeds');
    towers.push({ role: isT5 ? 't5' : projects ? 'clip-projection' : 'clip', tokenizer, network });
  }
  if (towers.length === 0) throw new AppError('model_missing', `The model ${model} lacks text_encoder/model.onnx.`);
  return towers;
}
