/** What the programs that train LoRAs call their tensors, brought to one naming. */

/** The network a layer belongs to, by its folder in diffusers' layout. */
export const PARTS = ['unet', 'transformer', 'text_encoder', 'text_encoder_2', 'text_encoder_3'] as const;
export type Part = (typeof PARTS)[number];

export type Role = 'down' | 'up' | 'mid' | 'alpha';

export interface Named {
  /** `backbone`: the file does not say whether its model has a U-Net or a transformer. */
  part: Part | 'backbone';
  /** The layer, with dots or underscores. */
  path: string;
  role: Role;
}

/** kohya's prefixes, with underscores all the way. */
const UNDERSCORED: readonly (readonly [string, Named['part']])[] = [
  ['lora_unet_', 'backbone'], // kohya writes it before transformers, too
  ['lora_transformer_', 'transformer'],
  ['lora_te1_', 'text_encoder'],
  ['lora_te2_', 'text_encoder_2'],
  ['lora_te3_', 'text_encoder_3'],
  ['lora_te_', 'text_encoder'],
];

/** diffusers' and PEFT's, with dots. */
const DOTTED: readonly (readonly [string, Named['part']])[] = [
  ['base_model.model.', 'backbone'],
  ['diffusion_model.', 'backbone'],
  ['unet.', 'unet'],
  ['transformer.', 'transformer'],
  ['text_encoder.', 'text_encoder'],
  ['text_encoder_2.', 'text_encoder_2'],
  ['text_encoder_3.', 'text_encoder_3'],
];

const ROLES: readonly (readonly [RegExp, Role])[] = [
  [/\.lora_down\.weight$/, 'down'],
  [/\.lora_up\.weight$/, 'up'],
  [/\.lora_mid\.weight$/, 'mid'],
  [/\.lora_A(\.[^.]+)?\.weight$/, 'down'],
  [/\.lora_B(\.[^.]+)?\.weight$/, 'up'],
  [/[._]lora\.down\.weight$/, 'down'],
  [/[._]lora\.up\.weight$/, 'up'],
  [/\.lora_linear_layer\.down\.weight$/, 'down'],
  [/\.lora_linear_layer\.up\.weight$/, 'up'],
  [/\.alpha$/, 'alpha'],
];

/** Undefined for a key that is not a LoRA's. */
export function readKey(key: string): Named | undefined {
  const found = ROLES.find(([pattern]) => pattern.test(key));
  if (!found) return undefined;
  const [pattern, role] = found;
  const whole = key.replace(pattern, '');
  for (const [prefix, part] of UNDERSCORED)
    if (whole.startsWith(prefix)) return { part, path: fromStability(whole.slice(prefix.length)), role };
  const [prefix, part] = DOTTED.find(([prefix]) => whole.startsWith(prefix)) ?? ['', 'backbone' as const];
  return {
    part,
    path: fromProcessor(whole.slice(prefix.length).replace(/^text_model\.text_model\./, 'text_model.')),
    role,
  };
}

/** diffusers' attention processors kept their LoRA beside the layer: attn1.processor.to_q[_lora]. */
function fromProcessor(path: string): string {
  const layer = path
    .replace('.processor.', '.')
    .replace(/\.to_(q|k|v|out)_lora$/, '.to_$1')
    .replace(/\.to_out$/, '.to_out.0');
  if (!layer.startsWith('text_model.')) return layer;
  return layer.replace(/\.to_(q|k|v)$/, '.$1_proj').replace(/\.to_out\.0$/, '.out_proj');
}

const LEVEL = 3; // blocks a level in Stability's numbering: two layers and what changes the size

/** Stability's names, which kohya uses for SDXL: input_blocks_4_1_… is down_blocks_1_attentions_0_… */
export function fromStability(path: string): string {
  const [, side, block, part, rest = ''] = /^(input_blocks|output_blocks)_(\d+)_(\d+)(?:_(.+))?$/.exec(path) ?? [];
  if (side === 'input_blocks') {
    if (block === '0') return 'conv_in';
    const at = Number(block) - 1;
    const level = Math.floor(at / LEVEL);
    if (at % LEVEL === LEVEL - 1) return `down_blocks_${level}_downsamplers_0_conv`;
    return `down_blocks_${level}_${layer(part!, at % LEVEL, rest)}`;
  }
  if (side === 'output_blocks') {
    const level = Math.floor(Number(block) / LEVEL);
    if (rest === 'conv') return `up_blocks_${level}_upsamplers_0_conv`;
    return `up_blocks_${level}_${layer(part!, Number(block) % LEVEL, rest)}`;
  }
  const [, middle, inner = ''] = /^middle_block_(\d)_(.+)$/.exec(path) ?? [];
  if (middle === '1') return `mid_block_attentions_0_${inner}`;
  if (middle) return `mid_block_resnets_${Number(middle) / 2}_${resnet(inner)}`;
  return ELSEWHERE[path] ?? path;
}

const layer = (part: string, index: number, rest: string): string =>
  part === '0' ? `resnets_${index}_${resnet(rest)}` : `attentions_${index}_${rest}`;

const resnet = (name: string): string =>
  ({ in_layers_2: 'conv1', out_layers_3: 'conv2', emb_layers_1: 'time_emb_proj', skip_connection: 'conv_shortcut' })[
    name
  ] ?? name;

const ELSEWHERE: Readonly<Record<string, string>> = {
  time_embed_0: 'time_embedding_linear_1',
  time_embed_2: 'time_embedding_linear_2',
  label_emb_0_0: 'add_embedding_linear_1',
  label_emb_0_2: 'add_embedding_linear_2',
  out_2: 'conv_out',
};
