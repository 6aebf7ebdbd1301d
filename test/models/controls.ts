/** ControlNets, T2I-Adapters and IP-Adapters for the tiny U-Nets: apart from the U-Net or inside it, with the same weights. */
import { createGraph, type GraphBuilder } from '../../src/engine/onnx/builder.ts';
import { createLayers, type Layers } from './layers.ts';
import { buildUnet, encodingHalf, timeEmbedding, type UnetPorts, type UnetShape } from './unet.ts';
import { inlineWeights } from './weights.ts';

export interface ControlNetOptions {
  /** Which of the U-Net's ControlNets: each has its own weights. */
  net?: number;
  /** Of the outputs, in the graph's order; absent: down_block_0 …, mid_block. */
  outputs?: readonly string[];
  /** Write the outputs in this order instead of shallow to deep. */
  order?: readonly number[];
  /** An input for the scale: a number of 64 bits, which is what tracing a Python number leaves. */
  scale?: boolean;
}

/** A ControlNet in a file of its own. */
export function controlNetFile(shape: UnetShape, ports: UnetPorts, seed: string, options: ControlNetOptions = {}) {
  const { net = 0, outputs, order, scale } = options;
  const graph = createGraph({ name: 'controlnet' });
  const l = createLayers(graph, inlineWeights(graph, ports.type, seed), ports.type);
  const { type } = ports;
  const sample = graph.input('sample', type, ['batch', shape.inChannels, 'height', 'width']);
  const context = graph.input('encoder_hidden_states', type, ['batch', 'sequence', shape.contextWidth]);
  const cond = graph.input('controlnet_cond', type, ['batch', 3, 'picture_height', 'picture_width']);
  const factor = scale
    ? graph.node('Cast', [graph.input('conditioning_scale', 'float64', [])], 'factor', {
        to: type === 'float16' ? 10 : 1,
      })
    : undefined;
  const residuals = residualsOf(l, shape, ports, { sample, context, cond }, net);
  const names = outputs ?? residuals.map((_, i) => (i === residuals.length - 1 ? 'mid_block' : `down_block_${i}`));
  for (const i of order ?? residuals.keys()) {
    graph.output(names[i]!, type, ['batch', `c${i}`, `h${i}`, `w${i}`]); // torch names every axis that it traced
    graph.node(factor ? 'Mul' : 'Identity', [residuals[i]!, ...(factor ? [factor] : [])], names[i]!);
  }
  return graph.bytes();
}

/** The U-Net with `nets` ControlNets inside, as diffusers' conversion script fuses them. */
export function fusedFile(shape: UnetShape, ports: UnetPorts, seed: string, nets: number): Uint8Array {
  const graph = onceOnly(createGraph({ name: 'unet' }));
  const { type } = ports;
  buildUnet(graph, inlineWeights(graph, type, seed), shape, ports, (l, skips, middle) => {
    const conds = graph.input('controlnet_conds', type, [nets, 'batch', 3, 'picture_height', 'picture_width']);
    const scales = graph.input('conditioning_scales', type, [nets, 1]);
    let all = [...skips, middle];
    for (let net = 0; net < nets; net++) {
      const at = l.graph.weight(`net_${net}`, [], BigInt64Array.of(BigInt(net)));
      const cond = l.node('Gather', [conds, at], `controlnet.${net}.cond`, { axis: 0 });
      const scale = l.node('Gather', [scales, at], `controlnet.${net}.scale`, { axis: 0 });
      const inputs = { sample: 'sample', context: 'encoder_hidden_states', cond };
      const residuals = residualsOf(l, shape, ports, inputs, net);
      all = all.map(({ x, channels }, i) => ({
        x: l.add(x, l.mul(residuals[i]!, scale, `controlnet.${net}`), `controlnet.${net}`),
        channels,
      }));
    }
    return { skips: all.slice(0, -1), middle: all.at(-1)!.x };
  });
  return graph.bytes();
}

interface Inputs {
  sample: string;
  context: string;
  cond: string;
}

/** Zhang et al. 2023, figure 3: a copy of the encoding half that also sees the hint, and a 1 × 1 convolution for each answer. */
function residualsOf(l: Layers, shape: UnetShape, ports: UnetPorts, { sample, context, cond }: Inputs, net: number) {
  const prefix = `controlnet.${net}.`;
  const temb = timeEmbedding(l, shape, ports, prefix);
  let hint = cond;
  for (let i = 0, from = 3; i < 3; i++, from = 8)
    hint = l.silu(l.conv(hint, `${prefix}hint.${i}`, from, 8, 3, 2), `${prefix}hint.${i}`);
  hint = l.conv(hint, `${prefix}hint.out`, 8, shape.blocks[0]!);
  const { skips, middle } = encodingHalf(l, shape, temb, sample, context, { prefix, hint });
  return [...skips, middle].map(({ x, channels }, i) => l.conv(x, `${prefix}zero.${i}`, channels, channels, 1));
}

/** A graph whose inputs may be declared again: all the U-Nets in it share them. */
function onceOnly(graph: GraphBuilder): GraphBuilder {
  const declared = new Set<string>();
  return {
    ...graph,
    input(name, type, dims) {
      if (!declared.has(name)) graph.input(name, type, dims);
      declared.add(name);
      return name;
    },
  };
}

/** Features for every block of the U-Net, of a hint alone. Mou et al. 2023. */
export function t2iAdapterFile(shape: UnetShape, seed: string): Uint8Array {
  const graph = createGraph({ name: 'adapter' });
  const l = createLayers(graph, inlineWeights(graph, 'float32', seed));
  let x = graph.input('control', 'float32', [1, 3, 'height', 'width']);
  for (let i = 0, from = 3; i < 3; i++, from = 8) x = l.silu(l.conv(x, `down.${i}`, from, 8, 3, 2), `down.${i}`);
  for (const [i, channels] of shape.blocks.entries()) {
    x = l.conv(x, `body.${i}`, i === 0 ? 8 : shape.blocks[i - 1]!, channels, 3, i === 0 ? 1 : 2);
    graph.output(`feature_${i}`, 'float32', [1, channels, `h${i}`, `w${i}`]);
    graph.node('Identity', [x], `feature_${i}`);
  }
  return graph.bytes();
}

/** The U-Net with inputs for a T2I-Adapter's features, and with `controlNets` for a ControlNet's residuals too. */
export function intrablockFile(shape: UnetShape, ports: UnetPorts, seed: string, { controlNets = false } = {}) {
  const graph = createGraph({ name: 'unet' });
  const input = (name: string, channels: number) =>
    graph.input(name, ports.type, ['batch', channels, `${name}_h`, `${name}_w`]);
  buildUnet(graph, inlineWeights(graph, ports.type, seed), shape, ports, (l, skips, middle) => {
    const plus = (x: string, name: string, channels: number) => l.add(x, input(name, channels), name);
    const lastOf = (block: number) => block * (shape.layersPerBlock + 1) + shape.layersPerBlock;
    const steered = skips.map(({ x, channels }, i) => {
      const block = shape.blocks.findIndex((_, b) => lastOf(b) === i);
      const featured = block < 0 ? x : plus(x, `down_intrablock_additional_residuals_${block}`, channels);
      return { x: controlNets ? plus(featured, `down_block_${i}`, channels) : featured, channels };
    });
    const mid = 'mid_block_additional_residual';
    return { skips: steered, middle: controlNets ? plus(middle.x, mid, middle.channels) : middle.x };
  });
  return graph.bytes();
}

/** A picture's embedding: [1, width]. */
export function imageEncoderFile(size: number, width: number, seed: string): Uint8Array {
  const graph = createGraph({ name: 'image_encoder' });
  const l = createLayers(graph, inlineWeights(graph, 'float32', seed));
  const pixels = graph.input('pixel_values', 'float32', [1, 3, size, size]);
  const x = l.silu(l.conv(pixels, 'conv', 3, 8, 3, 2), 'conv');
  const flat = l.reshape(x, [1, (8 * size * size) / 4], 'flat');
  graph.output('image_embeds', 'float32', [1, width]);
  graph.node('Identity', [l.linear(flat, 'out', (8 * size * size) / 4, width)], 'image_embeds');
  return graph.bytes();
}

/** Embedding → tokens. Ye et al. 2023. */
export function projectionFile(from: number, tokens: number, width: number, seed: string): Uint8Array {
  const graph = createGraph({ name: 'projection' });
  const l = createLayers(graph, inlineWeights(graph, 'float32', seed));
  const embedding = graph.input('image_embeds', 'float32', [1, from]);
  graph.output('tokens', 'float32', [1, tokens, width]);
  const flat = l.linear(embedding, 'proj', from, tokens * width);
  graph.node('Identity', [l.reshape(flat, [1, tokens, width], 'proj')], 'tokens');
  return graph.bytes();
}

/** The U-Net with an input for image tokens, which it puts behind the prompt's itself. */
export function imageTokensFile(shape: UnetShape, ports: UnetPorts, seed: string, tokens: number): Uint8Array {
  const graph = createGraph({ name: 'unet' });
  const both: GraphBuilder = {
    ...graph,
    input(name, type, dims) {
      if (name !== 'encoder_hidden_states') return graph.input(name, type, dims);
      graph.input(name, type, dims);
      const images = graph.input('image_tokens', type, ['batch', tokens, shape.contextWidth]);
      return graph.node('Concat', [name, images], 'all_tokens', { axis: 1 });
    },
  };
  buildUnet(both, inlineWeights(graph, ports.type, seed), shape, ports);
  return graph.bytes();
}
