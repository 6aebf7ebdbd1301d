/** SD3's and FLUX' transformers, tiny: one joint block with modulation, the inputs and outputs that exports have. */
import { createGraph } from '../../src/engine/onnx/builder.ts';
import { createLayers, type Layers } from './layers.ts';
import { inlineWeights } from './weights.ts';

export interface TransformerShape {
  /** Latent channels. */
  channels: number;
  width: number;
  heads: number;
  contextWidth: number;
  pooledWidth: number;
}

export const TINY_TRANSFORMER: TransformerShape = {
  channels: 16,
  width: 32,
  heads: 2,
  contextWidth: 24,
  pooledWidth: 16,
};

/** hidden_states [rows, channels, height, width] → out_hidden_states, in squares of 2 × 2. */
export function sd3File(shape: TransformerShape, seed: string): Uint8Array {
  const graph = createGraph({ name: 'sd3' });
  const l = createLayers(graph, inlineWeights(graph, 'float32', seed));
  const { channels, width } = shape;
  const latent = graph.input('hidden_states', 'float32', ['batch_size', channels, 'height', 'width']);
  const patches = patch(l, latent, channels, width);
  const tokens = l.transpose(l.reshape(patches, [0, width, -1], 'pos_embed'), [0, 2, 1], 'pos_embed');
  const temb = embedding(l, shape, graph.input('timestep', 'float32', ['step']));
  const out = jointBlock(l, shape, tokens, context(l, shape), temb);
  const back = l.node(
    'Reshape',
    [l.transpose(out, [0, 2, 1], 'proj_out'), l.node('Shape', [patches], 'proj_out')],
    'proj_out',
  );
  graph.output('out_hidden_states', 'float32', ['batch_size', channels, 'height', 'width']);
  const kernel = l.weights.random('proj_out.weight', [width, channels, 2, 2], Math.sqrt((channels * 4) / width));
  graph.node('ConvTranspose', [back, kernel], 'out_hidden_states', { kernel_shape: [2, 2], strides: [2, 2] });
  return graph.bytes();
}

/** hidden_states [rows, tokens, 4·channels]; every token's place as an input; guidance as an input where asked for. */
export function fluxFile(shape: TransformerShape, { guidance }: { guidance: boolean }, seed: string): Uint8Array {
  const graph = createGraph({ name: 'flux' });
  const l = createLayers(graph, inlineWeights(graph, 'float32', seed));
  const { channels, width } = shape;
  const packed = graph.input('hidden_states', 'float32', ['batch_size', 'packed_height_width', 4 * channels]);
  const thousand = (name: string, dim: string) => l.mul(graph.input(name, 'float32', [dim]), l.number(1000), name);
  let temb = embedding(l, shape, thousand('timestep', 'step'));
  if (guidance)
    temb = l.add(
      temb,
      mlp(l, l.sinusoids(thousand('guidance', 'batch_size'), 'guidance', 16), 'guidance', 16, width),
      'temb',
    );
  const place = (name: string, dim: string) =>
    l.linear(graph.input(name, 'float32', [dim, 3]), `${name}.place`, 3, width);
  const tokens = l.add(
    l.linear(packed, 'x_embedder', 4 * channels, width),
    place('img_ids', 'packed_height_width'),
    'x',
  );
  const words = l.add(context(l, shape), place('txt_ids', 'sequence_length'), 'context');
  const out = jointBlock(l, shape, tokens, words, temb);
  graph.output('out_hidden_states', 'float32', ['batch_size', 'packed_height_width', 4 * channels]);
  graph.node('Identity', [l.linear(out, 'proj_out', width, 4 * channels)], 'out_hidden_states');
  return graph.bytes();
}

const patch = (l: Layers, x: string, channels: number, width: number) =>
  l.node('Conv', [x, l.weights.random('pos_embed.proj.weight', [width, channels, 2, 2])], 'pos_embed', {
    kernel_shape: [2, 2],
    strides: [2, 2],
  });

const context = (l: Layers, { contextWidth, width }: TransformerShape) => {
  const words = l.graph.input('encoder_hidden_states', 'float32', ['batch_size', 'sequence_length', contextWidth]);
  return l.linear(words, 'context_embedder', contextWidth, width);
};

const mlp = (l: Layers, x: string, path: string, from: number, to: number) =>
  l.linear(l.silu(l.linear(x, `${path}.linear_1`, from, to), path), `${path}.linear_2`, to, to);

/** Time and the prompt's one vector: [rows, width]. */
function embedding(l: Layers, { pooledWidth, width }: TransformerShape, t: string): string {
  const pooled = l.graph.input('pooled_projections', 'float32', ['batch_size', pooledWidth]);
  const time = mlp(l, l.sinusoids(t, 'time_proj', 16), 'timestep_embedder', 16, width);
  return l.add(time, mlp(l, pooled, 'text_embedder', pooledWidth, width), 'temb');
}

/** Picture and words attend to both; the embedding shifts and scales what goes in. Answers the picture's tokens. */
function jointBlock(
  l: Layers,
  { width, heads }: TransformerShape,
  tokens: string,
  words: string,
  temb: string,
): string {
  const path = 'transformer_blocks.0';
  const modulation = l.linear(l.silu(temb, path), `${path}.norm1.linear`, width, 2 * width);
  const part = (i: number) =>
    l.reshape(
      l.node('Slice', [modulation, l.ints([i * width]), l.ints([(i + 1) * width]), l.ints([1])], path),
      [-1, 1, width],
      path,
    );
  const shifted = l.add(
    l.mul(l.layerNorm(tokens, `${path}.norm1`, width), l.add(part(0), l.number(1), path), path),
    part(1),
    path,
  );
  const both = l.concat([words, shifted], 1, path);
  const x = l.add(tokens, l.attention(shifted, both, `${path}.attn`, width, width, heads), path);
  const wide = l.linear(l.layerNorm(x, `${path}.norm2`, width), `${path}.ff.net.0.proj`, width, 4 * width);
  return l.add(x, l.linear(l.gelu(wide, path), `${path}.ff.net.2`, 4 * width, width), path);
}
