/** Autoencoders, tiny: pictures to latents an eighth as large, and back. */
import { createGraph } from '../../src/engine/onnx/builder.ts';
import { createLayers } from './layers.ts';
import { inlineWeights } from './weights.ts';

const WIDTH = 8;
const SHRINKS = 3;

export function vaeDecoderFile(channels: number, type: 'float32' | 'float16', seed: string): Uint8Array {
  const graph = createGraph({ name: 'vae_decoder' });
  const l = createLayers(graph, inlineWeights(graph, type, seed), type);
  let x = l.conv(
    graph.input('latent_sample', type, ['batch', channels, 'height', 'width']),
    'conv_in',
    channels,
    WIDTH,
  );
  for (let i = 0; i < SHRINKS; i++) {
    const path = `up_blocks.${i}`;
    x = l.silu(l.conv(l.enlarge(x, path), `${path}.conv`, WIDTH, WIDTH), path);
  }
  graph.output('sample', type, ['batch', 3, 'picture_height', 'picture_width']);
  graph.node('Tanh', [l.conv(x, 'conv_out', WIDTH, 3)], 'sample');
  return graph.bytes();
}

/** `latent_parameters`: mean and log variance, as optimum exports it; `latent_sample`: the latent itself. */
export function vaeEncoderFile(
  channels: number,
  output: 'latent_sample' | 'latent_parameters',
  type: 'float32' | 'float16',
  seed: string,
): Uint8Array {
  const graph = createGraph({ name: 'vae_encoder' });
  const l = createLayers(graph, inlineWeights(graph, type, seed), type);
  let x = l.conv(graph.input('sample', type, ['batch', 3, 'height', 'width']), 'conv_in', 3, WIDTH);
  for (let i = 0; i < SHRINKS; i++) {
    const path = `down_blocks.${i}`;
    x = l.silu(l.conv(x, `${path}.conv`, WIDTH, WIDTH, 3, 2), path);
  }
  const wide = output === 'latent_parameters' ? 2 * channels : channels;
  graph.output(output, type, ['batch', wide, 'latent_height', 'latent_width']);
  graph.node('Identity', [l.conv(x, 'conv_out', WIDTH, wide)], output);
  return graph.bytes();
}
