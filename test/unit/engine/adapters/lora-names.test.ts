/** Names of tensors, from the program that trained them to the layer they change. */
import { expect, it } from 'vitest';
import { readKey } from '../../../../src/engine/adapters/lora-names.ts';

const ATTENTION = 'attentions_0_transformer_blocks_0_attn1_to_q';

it.each([
  ['lora_unet_mid_block_attentions_0_proj_in.lora_down.weight', 'backbone', 'mid_block_attentions_0_proj_in', 'down'],
  [
    `lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.lora_up.weight`,
    'backbone',
    `down_blocks_1_${ATTENTION}`,
    'up',
  ],
  ['lora_unet_input_blocks_8_1_proj_out.alpha', 'backbone', 'down_blocks_2_attentions_1_proj_out', 'alpha'],
  ['lora_unet_input_blocks_3_0_op.lora_down.weight', 'backbone', 'down_blocks_0_downsamplers_0_conv', 'down'],
  [
    'lora_unet_input_blocks_1_0_emb_layers_1.lora_down.weight',
    'backbone',
    'down_blocks_0_resnets_0_time_emb_proj',
    'down',
  ],
  [
    'lora_unet_middle_block_1_transformer_blocks_0_attn1_to_q.lora_down.weight',
    'backbone',
    `mid_block_${ATTENTION}`,
    'down',
  ],
  ['lora_unet_middle_block_2_in_layers_2.lora_mid.weight', 'backbone', 'mid_block_resnets_1_conv1', 'mid'],
  ['lora_unet_output_blocks_5_1_proj_in.lora_down.weight', 'backbone', 'up_blocks_1_attentions_2_proj_in', 'down'],
  ['lora_unet_output_blocks_2_2_conv.lora_down.weight', 'backbone', 'up_blocks_0_upsamplers_0_conv', 'down'],
  [
    'lora_unet_output_blocks_0_0_skip_connection.lora_down.weight',
    'backbone',
    'up_blocks_0_resnets_0_conv_shortcut',
    'down',
  ],
  ['lora_unet_time_embed_2.lora_down.weight', 'backbone', 'time_embedding_linear_2', 'down'],
  [
    'lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight',
    'text_encoder',
    'text_model_encoder_layers_0_mlp_fc1',
    'down',
  ],
  ['lora_te2_text_projection.lora_down.weight', 'text_encoder_2', 'text_projection', 'down'],
  ['unet.mid_block.attentions.0.proj_in.lora_A.weight', 'unet', 'mid_block.attentions.0.proj_in', 'down'],
  ['unet.mid_block.attentions.0.proj_in.lora_B.default.weight', 'unet', 'mid_block.attentions.0.proj_in', 'up'],
  ['transformer.transformer_blocks.0.attn.to_q.lora_A.weight', 'transformer', 'transformer_blocks.0.attn.to_q', 'down'],
  [
    'mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.up.weight',
    'backbone',
    'mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0',
    'up',
  ],
  [
    'text_encoder.text_model.encoder.layers.0.self_attn.to_q_lora.down.weight',
    'text_encoder',
    'text_model.encoder.layers.0.self_attn.q_proj',
    'down',
  ],
  [
    'text_encoder.text_model.encoder.layers.0.self_attn.to_out_lora.down.weight',
    'text_encoder',
    'text_model.encoder.layers.0.self_attn.out_proj',
    'down',
  ],
  [
    'text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_linear_layer.up.weight',
    'text_encoder',
    'text_model.encoder.layers.0.self_attn.q_proj',
    'up',
  ],
  [
    'base_model.model.mid_block.attentions.0.proj_in.lora_A.weight',
    'backbone',
    'mid_block.attentions.0.proj_in',
    'down',
  ],
])('%s', (key, part, path, role) => {
  expect(readKey(key)).toEqual({ part, path, role });
});

it.each(['conv_in.weight', 'lora_unet_x.hada_w1_a', 'emb_params'])('%s is no LoRA’s', (key) => {
  expect(readKey(key)).toBeUndefined();
});
