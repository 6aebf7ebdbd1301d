"""Writes a folder in the layout of diffusers' ONNX pipelines.

    python3 export_onnx.py --work DIR --out ../sticker-diffusion

The latents' mean and deviation are folded into the autoencoder's graphs, so that the scaling factor is 1. Weights are
stored as fp16 and cast at load: half the size, the arithmetic stays float32.
"""
import argparse
import json
import os

import numpy as np
import onnx
import torch
import torch.nn as nn
from onnx import TensorProto, helper, numpy_helper

from common import in_float, load, load_tokenizer
from nets import LATENT_CHANNELS, TEXT_LENGTH, TEXT_WIDTH, TRAIN_TIMESTEPS, Decoder, Encoder, TextEncoder, UNet

OPSET = 14
SIDE = 128


class Encode(nn.Module):
    def __init__(self, encoder, mean, std):
        super().__init__()
        self.encoder = encoder
        self.register_buffer('mean', mean)
        self.register_buffer('std', std)

    def forward(self, picture):
        return (self.encoder(picture) - self.mean) / self.std


class Decode(nn.Module):
    def __init__(self, decoder, mean, std):
        super().__init__()
        self.decoder = decoder
        self.register_buffer('mean', mean)
        self.register_buffer('std', std)

    def forward(self, latents):
        return self.decoder(latents * self.std + self.mean).clamp(-1, 1)


def halve_weights(path, smallest=1024):
    """Large float32 initialisers become fp16 with a Cast; runtimes fold the casts when they load the model."""
    model = onnx.load(path)
    graph = model.graph
    kept, halves, casts = [], [], []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < smallest:
            kept.append(tensor)
            continue
        halves.append(numpy_helper.from_array(values.astype(np.float16), tensor.name + '_fp16'))
        casts.append(helper.make_node('Cast', [tensor.name + '_fp16'], [tensor.name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept + halves)
    graph.node.extend(casts + nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def export(out, name, module, inputs, input_names, output_name, dynamic_axes):
    path = os.path.join(out, name, 'model.onnx')
    os.makedirs(os.path.dirname(path), exist_ok=True)
    torch.onnx.export(module.eval(), inputs, path, input_names=input_names, output_names=[output_name],
                      dynamic_axes=dynamic_axes, opset_version=OPSET, do_constant_folding=True)
    halve_weights(path)
    print(f'{path}: {os.path.getsize(path):,} bytes')


def write(out, name, content):
    path = os.path.join(out, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as f:
        f.write(content if isinstance(content, str) else json.dumps(content, indent=2, ensure_ascii=False) + '\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--text', help='a text encoder in DIR other than the one trained with')
    args = parser.parse_args()
    tokenizer = load_tokenizer()

    def work(name):
        return load(os.path.join(args.work, name))

    trained, vae, statistics = work('diffusion.pt'), work('vae.pt'), work('latent-statistics.pt')
    text, unet, encoder, decoder = TextEncoder(len(tokenizer.vocabulary)), UNet(), Encoder(), Decoder()
    nn.ModuleDict(dict(text=text, unet=unet)).load_state_dict(in_float(trained['ema']))
    if args.text:
        text.load_state_dict(in_float(work(args.text)['encoder']))
    encoder.load_state_dict(in_float(vae['encoder']))
    decoder.load_state_dict(in_float(vae['decoder']))

    batch = {0: 'batch'}
    picture = {0: 'batch', 2: 'height', 3: 'width'}
    cells = SIDE // 8
    latents = torch.zeros(2, LATENT_CHANNELS, cells, cells)
    export(args.out, 'text_encoder', text, (torch.zeros(2, TEXT_LENGTH, dtype=torch.int64),), ['input_ids'],
           'last_hidden_state', {'input_ids': batch, 'last_hidden_state': batch})
    export(args.out, 'unet', unet, (latents, torch.tensor([500., 400.]), torch.zeros(2, TEXT_LENGTH, TEXT_WIDTH)),
           ['sample', 'timestep', 'encoder_hidden_states'], 'out_sample',
           {'sample': picture, 'timestep': batch, 'encoder_hidden_states': {0: 'batch', 1: 'sequence'}, 'out_sample': picture})
    export(args.out, 'vae_encoder', Encode(encoder, **statistics), (torch.zeros(1, 3, SIDE, SIDE),), ['sample'],
           'latent_sample', {'sample': picture, 'latent_sample': picture})
    export(args.out, 'vae_decoder', Decode(decoder, **statistics), (latents[:1],), ['latent_sample'], 'sample',
           {'latent_sample': picture, 'sample': picture})

    runtime = ['diffusers', 'OnnxRuntimeModel']
    write(args.out, 'model_index.json', {
        '_class_name': 'OnnxStableDiffusionPipeline', 'text_encoder': runtime, 'unet': runtime, 'vae_decoder': runtime,
        'vae_encoder': runtime, 'tokenizer': ['transformers', 'CLIPTokenizer'], 'scheduler': ['diffusers', 'DDIMScheduler'],
        'safety_checker': [None, None], 'feature_extractor': [None, None]})
    write(args.out, 'scheduler/scheduler_config.json', {
        '_class_name': 'DDIMScheduler', 'num_train_timesteps': TRAIN_TIMESTEPS, 'beta_start': 1e-4, 'beta_end': .02,
        'beta_schedule': 'squaredcos_cap_v2', 'prediction_type': 'v_prediction', 'timestep_spacing': 'trailing',
        'clip_sample': False, 'set_alpha_to_one': True, 'steps_offset': 0, 'rescale_betas_zero_snr': False})
    for part in ('vae_encoder', 'vae_decoder'):
        write(args.out, f'{part}/config.json', {'latent_channels': LATENT_CHANNELS, 'scaling_factor': 1.0,
                                                'block_out_channels': [1, 1, 1, 1], 'sample_size': SIDE})
    write(args.out, 'unet/config.json', {'in_channels': LATENT_CHANNELS, 'out_channels': LATENT_CHANNELS,
                                         'sample_size': cells, 'cross_attention_dim': TEXT_WIDTH})
    write(args.out, 'text_encoder/config.json', {'hidden_size': TEXT_WIDTH, 'max_position_embeddings': TEXT_LENGTH,
                                                 'vocab_size': len(tokenizer.vocabulary)})
    write(args.out, 'tokenizer/vocab.json', tokenizer.vocabulary)
    write(args.out, 'tokenizer/merges.txt', '#version: 0.2\n' + '\n'.join(' '.join(m) for m in tokenizer.merges) + '\n')
    write(args.out, 'tokenizer/tokenizer_config.json', {
        'model_max_length': TEXT_LENGTH, 'tokenizer_class': 'CLIPTokenizer', 'bos_token': '<|startoftext|>',
        'eos_token': '<|endoftext|>', 'pad_token': '<|endoftext|>', 'unk_token': '<|endoftext|>', 'do_lower_case': True})
    print(f'exported the average of step {trained["step"]}, {trained["seen"]:,} samples')


if __name__ == '__main__':
    main()
