/** Stable Diffusion's U-Net (Rombach et al. 2022), as small or as large as asked: real operators, random weights. */
import { createGraph, type GraphBuilder } from '../../src/engine/onnx/builder.ts';
import { createLayers, type Layers } from './layers.ts';
import { inlineWeights, type Weights } from './weights.ts';

export interface UnetShape {
  inChannels: number;
  outChannels: number;
  blocks: readonly number[];
  layersPerBlock: number;
  heads: number;
  groups: number;
  /** Of the text condition. */
  contextWidth: number;
  /** Tokens first turned into these by one transformer layer each in SDXL's larger blocks. */
  depth: number;
}

export interface UnetPorts {
  type: 'float32' | 'float16';
  /** One number, one for the call, or one for each row. */
  timestep: 'scalar' | 'one' | 'batch';
  timestepType: 'float32' | 'float16' | 'int64';
  /** SDXL: width of the prompt's one vector; adds text_embeds and time_ids. */
  pooled?: number;
  /** Latent consistency: width of timestep_cond. */
  guidance?: number;
  /** Inputs for a ControlNet's residuals. */
  residuals?: boolean;
  /** ControlNets inside, this many. */
  hints?: number;
  /** The legacy export script named every axis, channels too. */
  anonymous?: boolean;
}

export const TINY: UnetShape = {
  inChannels: 4,
  outChannels: 4,
  blocks: [8, 16],
  layersPerBlock: 1,
  heads: 2,
  groups: 4,
  contextWidth: 16,
  depth: 1,
};

/** Stable Diffusion 1.5's: 860 million parameters. */
export const SD15: UnetShape = {
  inChannels: 4,
  outChannels: 4,
  blocks: [320, 640, 1280, 1280],
  layersPerBlock: 2,
  heads: 8,
  groups: 32,
  contextWidth: 768,
  depth: 1,
};

export const PLAIN: UnetPorts = { type: 'float32', timestep: 'batch', timestepType: 'float32' };

interface Skip {
  x: string;
  channels: number;
}

/** What is made of the skip connections and the middle before the second half takes them. */
type Steer = (l: Layers, skips: readonly Skip[], middle: Skip) => { skips: readonly Skip[]; middle: string };

/** The whole model file, weights inside. */
export function unetFile(shape: UnetShape, ports: UnetPorts, seed: string, steer?: Steer): Uint8Array {
  const graph = createGraph({ name: 'unet' });
  buildUnet(graph, inlineWeights(graph, ports.type, seed), shape, ports, steer);
  return graph.bytes();
}

export function buildUnet(
  graph: GraphBuilder,
  weights: Weights,
  shape: UnetShape,
  ports: UnetPorts,
  steer: Steer = ports.residuals ? residualPorts(ports) : (_, skips, { x }) => ({ skips, middle: x }),
): void {
  const { type } = ports;
  const { blocks, outChannels, inChannels } = shape;
  const l = createLayers(graph, weights, type);
  const channels = ports.anonymous ? 'channels' : inChannels;
  const sample = graph.input('sample', type, ['batch', channels, 'height', 'width']);
  const context = graph.input('encoder_hidden_states', type, ['batch', 'sequence', shape.contextWidth]);
  const temb = timeEmbedding(l, shape, ports);
  const hint = ports.hints ? hintEmbedding(l, ports, blocks[0]!) : undefined;
  const half = encodingHalf(l, shape, temb, sample, context, hint ? { hint } : {});
  const steered = steer(l, half.skips, half.middle);
  const skips = [...steered.skips];
  let x = steered.middle;
  let width = half.middle.channels;

  for (const [i, out] of [...blocks].reverse().entries()) {
    const path = `up_blocks.${i}`;
    for (let j = 0; j <= shape.layersPerBlock; j++) {
      const skip = skips.pop()!;
      x = l.concat([x, skip.x], 1, `${path}.${j}`);
      x = resnet(l, x, temb, `${path}.resnets.${j}`, width + skip.channels, out, shape);
      if (attends(shape, blocks.length - 1 - i)) x = transformer(l, x, context, `${path}.attentions.${j}`, out, shape);
      width = out;
    }
    if (i === blocks.length - 1) break;
    x = l.conv(l.enlarge(x, `${path}.upsamplers.0`), `${path}.upsamplers.0.conv`, out, out);
  }

  x = l.silu(l.groupNorm(x, 'conv_norm_out', width, shape.groups), 'conv_norm_out');
  graph.output('out_sample', type, ['batch', ports.anonymous ? 'out_channels' : outChannels, 'height', 'width']);
  graph.node('Identity', [l.conv(x, 'conv_out', width, outChannels)], 'out_sample');
}

/** The deepest block has no attention. */
const attends = ({ blocks }: UnetShape, i: number) => i < blocks.length - 1;

/** The half that shrinks, with the middle: all of a U-Net that a ControlNet copies. `hint` is added after conv_in. */
export function encodingHalf(
  l: Layers,
  shape: UnetShape,
  temb: string,
  sample: string,
  context: string,
  { prefix = '', hint }: { prefix?: string; hint?: string } = {},
): { skips: Skip[]; middle: Skip } {
  const { blocks, inChannels, layersPerBlock } = shape;
  let x = l.conv(sample, `${prefix}conv_in`, inChannels, blocks[0]!);
  if (hint) x = l.add(x, hint, `${prefix}hint`);
  const skips: Skip[] = [{ x, channels: blocks[0]! }];
  let width = blocks[0]!;
  for (const [i, out] of blocks.entries()) {
    const path = `${prefix}down_blocks.${i}`;
    for (let j = 0; j < layersPerBlock; j++) {
      x = resnet(l, x, temb, `${path}.resnets.${j}`, width, out, shape);
      if (attends(shape, i)) x = transformer(l, x, context, `${path}.attentions.${j}`, out, shape);
      width = out;
      skips.push({ x, channels: out });
    }
    if (i === blocks.length - 1) break;
    x = l.conv(x, `${path}.downsamplers.0.conv`, out, out, 3, 2);
    skips.push({ x, channels: out });
  }
  const path = `${prefix}mid_block`;
  x = resnet(l, x, temb, `${path}.resnets.0`, width, width, shape);
  x = transformer(l, x, context, `${path}.attentions.0`, width, shape);
  x = resnet(l, x, temb, `${path}.resnets.1`, width, width, shape);
  return { skips, middle: { x, channels: width } };
}

/** A ControlNet's answers as inputs. */
const residualPorts =
  ({ type }: UnetPorts): Steer =>
  (l, skips, middle) => {
    const plus = ({ x, channels }: Skip, name: string) =>
      l.add(x, l.graph.input(name, type, ['batch', channels, `${name}_h`, `${name}_w`]), 'residual');
    return {
      skips: skips.map((skip, i) => ({ ...skip, x: plus(skip, `down_block_${i}`) })),
      middle: plus(middle, 'mid_block_additional_residual'),
    };
  };

/** Time, and what else the model is told of the whole picture: [rows, 4 · first block]. Makes the inputs it needs. */
export function timeEmbedding(
  l: Layers,
  { blocks }: UnetShape,
  { type, timestep, timestepType, pooled, guidance }: UnetPorts,
  prefix = '',
): string {
  const [first, wide] = [blocks[0]!, blocks[0]! * 4];
  const time = `${prefix}time_embedding`;
  const dims = { scalar: [], one: [1], batch: ['batch'] }[timestep];
  let t = l.graph.input('timestep', timestepType, dims);
  if (timestepType !== type) t = l.node('Cast', [t], 'time_proj', { to: type === 'float16' ? 10 : 1 });
  let x = l.sinusoids(t, `${prefix}time_proj`, first);
  if (guidance) {
    const cond = l.graph.input('timestep_cond', type, ['batch', guidance]);
    x = l.add(x, l.linear(cond, `${time}.cond_proj`, guidance, first, { bias: false }), time);
  }
  const mlp = (y: string, path: string, from: number) =>
    l.linear(l.silu(l.linear(y, `${path}.linear_1`, from, wide), path), `${path}.linear_2`, wide, wide);
  const temb = mlp(x, time, first);
  if (!pooled) return temb;
  const more = `${prefix}add_embedding`;
  const text = l.graph.input('text_embeds', type, ['batch', pooled]);
  const ids = l.graph.input('time_ids', type, ['batch', 6]);
  const places = l.reshape(l.sinusoids(l.reshape(ids, [-1], more), `${prefix}add_time_proj`, 8), [-1, 48], more);
  return l.add(temb, mlp(l.concat([text, places], 1, more), more, pooled + 48), more);
}

/** A fused ControlNet reduced to its hint's way in: [nets, rows, 3, 8h, 8w], each weighted. */
function hintEmbedding(l: Layers, { type, hints = 0 }: UnetPorts, channels: number): string {
  const conds = l.graph.input('controlnet_conds', type, [hints, 'batch', 3, 'picture_height', 'picture_width']);
  const scales = l.graph.input('conditioning_scales', type, [hints, 1]);
  const weighted = l.mul(conds, l.reshape(scales, [hints, 1, 1, 1, 1], 'controlnet'), 'controlnet');
  const sum = l.node('ReduceSum', [weighted, l.ints([0])], 'controlnet', { keepdims: 0 });
  let x = sum;
  let width = 3;
  for (let i = 0; i < 3; i++) {
    x = l.silu(l.conv(x, `controlnet.conv.${i}`, width, channels, 3, 2), 'controlnet');
    width = channels;
  }
  return l.conv(x, 'controlnet.conv_out', channels, channels);
}

function resnet(
  l: Layers,
  x: string,
  temb: string,
  path: string,
  from: number,
  to: number,
  { blocks, groups }: UnetShape,
) {
  let y = l.conv(l.silu(l.groupNorm(x, `${path}.norm1`, from, groups), path), `${path}.conv1`, from, to);
  const time = l.linear(l.silu(temb, path), `${path}.time_emb_proj`, blocks[0]! * 4, to);
  y = l.add(y, l.reshape(time, [-1, to, 1, 1], path), path);
  y = l.conv(l.silu(l.groupNorm(y, `${path}.norm2`, to, groups), path), `${path}.conv2`, to, to);
  return l.add(y, from === to ? x : l.conv(x, `${path}.conv_shortcut`, from, to, 1), path);
}

/** Self-attention, attention to the prompt, a gated layer, over the pixels as tokens. */
function transformer(l: Layers, x: string, context: string, path: string, width: number, shape: UnetShape): string {
  const { heads, groups, contextWidth, depth } = shape;
  const inside = l.conv(l.groupNorm(x, `${path}.norm`, width, groups), `${path}.proj_in`, width, width, 1);
  let y = l.transpose(l.reshape(inside, [0, width, -1], path), [0, 2, 1], path);
  for (let i = 0; i < depth; i++) {
    const at = `${path}.transformer_blocks.${i}`;
    const norm1 = l.layerNorm(y, `${at}.norm1`, width);
    y = l.add(y, l.attention(norm1, norm1, `${at}.attn1`, width, width, heads), at);
    const norm2 = l.layerNorm(y, `${at}.norm2`, width);
    y = l.add(y, l.attention(norm2, context, `${at}.attn2`, width, contextWidth, heads), at);
    const both = l.linear(l.layerNorm(y, `${at}.norm3`, width), `${at}.ff.net.0.proj`, width, 8 * width);
    const [value, gate] = [0, 1].map((half) =>
      l.node('Slice', [both, l.ints([half * 4 * width]), l.ints([(half + 1) * 4 * width]), l.ints([2])], `${at}.ff`),
    );
    y = l.add(y, l.linear(l.mul(value!, l.gelu(gate!, at), at), `${at}.ff.net.2`, 4 * width, width), at);
  }
  const back = l.node('Reshape', [l.transpose(y, [0, 2, 1], path), l.node('Shape', [inside], path)], path);
  return l.add(l.conv(back, `${path}.proj_out`, width, width, 1), x, path);
}
