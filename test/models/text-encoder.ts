/** CLIP's and T5's text encoders, tiny: ids in, hidden states out, with the outputs that exports have. */
import { createGraph } from '../../src/engine/onnx/builder.ts';
import { createLayers } from './layers.ts';
import { inlineWeights } from './weights.ts';

export interface TextEncoderShape {
  type: 'float32' | 'float16';
  idType: 'int32' | 'int64';
  words: number;
  tokens: number;
  width: number;
  layers: number;
  heads: number;
  /** `pooler` adds pooler_output; `projection` text_embeds of this width; `none` is T5's. */
  pooled: { kind: 'pooler' } | { kind: 'projection'; width: number } | { kind: 'none' };
  /** hidden_states.0 … n as outputs. */
  hiddenStates: boolean;
}

export function textEncoderFile(shape: TextEncoderShape, seed: string): Uint8Array {
  const { type, width, layers, heads, pooled } = shape;
  const graph = createGraph({ name: 'text_encoder' });
  const weights = inlineWeights(graph, type, seed);
  const l = createLayers(graph, weights, type);
  const out = (name: string, x: string, dims: (number | string)[]) => {
    graph.output(name, type, dims);
    graph.node('Identity', [x], name);
  };
  const hidden = (name: string, x: string) => out(name, x, ['batch_size', 'sequence_length', width]);

  const ids = graph.input('input_ids', shape.idType, ['batch_size', 'sequence_length']);
  const words = weights.random('embeddings.token_embedding.weight', [shape.words, width], Math.sqrt(shape.words));
  const places = weights.random('embeddings.position_embedding.weight', [shape.tokens, width], 1);
  let x = l.add(l.node('Gather', [words, ids], 'embeddings'), places, 'embeddings');
  const states = [x];
  for (let i = 0; i < layers; i++) {
    const path = `encoder.layers.${i}`;
    const norm = l.layerNorm(x, `${path}.layer_norm1`, width);
    x = l.add(x, l.attention(norm, norm, `${path}.self_attn`, width, width, heads), path);
    const wide = l.linear(l.layerNorm(x, `${path}.layer_norm2`, width), `${path}.mlp.fc1`, width, 4 * width);
    x = l.add(x, l.linear(l.gelu(wide, path), `${path}.mlp.fc2`, 4 * width, width), path);
    states.push(x);
  }
  const last = l.layerNorm(x, 'final_layer_norm', width);
  hidden('last_hidden_state', last);
  if (shape.hiddenStates) for (const [i, state] of states.entries()) hidden(`hidden_states.${i}`, state);
  if (pooled.kind === 'none') return graph.bytes();

  // The first place of the largest id: the end of the text.
  const end = l.node('ArgMax', [ids], 'pooler', { axis: 1, keepdims: 1 });
  const pooler = graph.node('GatherND', [last, end], 'pooler', { batch_dims: 1 });
  if (pooled.kind === 'pooler') out('pooler_output', pooler, ['batch_size', width]);
  else
    out('text_embeds', l.linear(pooler, 'text_projection', width, pooled.width, { bias: false }), [
      'batch_size',
      pooled.width,
    ]);
  return graph.bytes();
}
