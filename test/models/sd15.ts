/** A model folder with a U-Net of Stable Diffusion 1.5's real size, 860 million random weights; the rest of it is tiny. */
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createGraph } from '../../src/engine/onnx/builder.ts';
import { writeTinyModel } from './folders.ts';
import { textEncoderFile } from './text-encoder.ts';
import { CLIP_WORDS } from './tokenizers.ts';
import { buildUnet, PLAIN, SD15 } from './unet.ts';
import { externalWeights } from './weights.ts';

/** 3.4 GB beside the graph, as exports of this size have them. `sampleSize`: of the latent; `shape`: another's, for trying things out. */
export function writeSd15(folder: string, { sampleSize = 64, shape = SD15 } = {}): void {
  writeTinyModel(folder, 'sd15-legacy');
  const unet = join(folder, 'unet');
  rmSync(unet, { recursive: true });
  mkdirSync(unet);
  const graph = createGraph({ name: 'unet' });
  const file = openSync(join(unet, 'model.onnx_data'), 'w');
  const append = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  };
  const weights = externalWeights(graph, 'float32', 'sd15', { location: 'model.onnx_data', append });
  buildUnet(graph, weights, shape, PLAIN);
  closeSync(file);
  writeFileSync(join(unet, 'model.onnx'), graph.bytes());
  const config = { in_channels: 4, out_channels: 4, sample_size: sampleSize, cross_attention_dim: shape.contextWidth };
  const blocks = { block_out_channels: shape.blocks, layers_per_block: shape.layersPerBlock };
  writeFileSync(join(unet, 'config.json'), JSON.stringify({ ...config, ...blocks }));
  const text = textEncoderFile(
    {
      ...{ type: 'float32', idType: 'int32', words: CLIP_WORDS, tokens: 77, width: shape.contextWidth },
      ...{ layers: 1, heads: 8, pooled: { kind: 'pooler' }, hiddenStates: false },
    },
    'sd15/text',
  );
  writeFileSync(join(folder, 'text_encoder/model.onnx'), text);
}
