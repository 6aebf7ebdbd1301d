"""Writes ../../features/gatys.onnx anew, from the weights of the model.onnx beside it: no training folder is needed.

    python3 export_gatys.py --out ../../features
"""
import argparse
import hashlib
import json
import os
import sys

import onnx
import torch
from onnx import numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))
sys.path.insert(0, HERE)
from export_onnx import halve_weights  # noqa: E402
from gatys import CONTENT, STYLE, GatysSlope, grams_of  # noqa: E402
from net import LAYERS, LEVELS, Features  # noqa: E402


def write_gatys(path, plain):
    widths = [4, *(LEVELS[int(layer[0])][int(layer[2]) - 1] for layer in STYLE)]
    grams = [f'gram{i}' for i in range(len(widths))]
    inputs = (torch.zeros(1, 3, 64, 64), torch.zeros(1, 256, 8, 8), torch.ones(2, 1, 64, 64), *[torch.ones(2, c, c) for c in widths],
              torch.ones(1), torch.ones(2))
    torch.onnx.export(GatysSlope(plain).eval(), inputs, path, opset_version=14,
                      input_names=['image', 'content', 'guides', *grams, 'content_weight', 'style_weights'], output_names=['loss', 'slope'],
                      dynamic_axes={'image': {2: 'height', 3: 'width'}, 'content': {2: 'map_height', 3: 'map_width'},
                                    'guides': {0: 'regions', 2: 'height', 3: 'width'}, **{g: {0: 'regions'} for g in grams},
                                    'style_weights': {0: 'regions'}, 'slope': {2: 'height', 3: 'width'}})
    halve_weights(path)


def check_slope(plain):
    """The slope by hand against autograd's, with two regions."""
    torch.manual_seed(0)
    picture, other, style, second = torch.rand(4, 1, 3, 48, 64) * 2 - 1
    wanted = [torch.cat(pair) for pair in zip(grams_of(style, plain(style)), grams_of(second, plain(second)))]
    content = plain(other)[f'relu{CONTENT}']
    left = torch.linspace(-1, 2, 64).clamp(0, 1).expand(1, 1, 48, 64)
    by_hand, picture = GatysSlope(plain), picture.requires_grad_()
    loss, slope = by_hand(picture, content, torch.cat([left, 1 - left]), *wanted, torch.ones(1), torch.tensor([3., 2.]))
    reference, = torch.autograd.grad(loss.sum(), picture)
    return ((slope - reference).abs().max() / reference.abs().max()).item()


def shipped_features(path):
    """The net as a model.onnx has it."""
    stored = {t.name: t for t in onnx.load(path).graph.initializer}
    plain = Features(normalised=False).eval().requires_grad_(False)
    for layer in LAYERS:
        for part in ('weight', 'bias'):
            name = f'plain.conv{layer}.{part}'
            values = numpy_helper.to_array(stored.get(name) or stored[f'{name}_fp16'])
            getattr(getattr(plain, f'conv{layer}'), part).data = torch.tensor(values.astype('float32'))
    return plain


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    plain = shipped_features(os.path.join(args.out, 'model.onnx'))
    print(f'slope by hand and by autograd differ by {check_slope(plain):.1e} of the largest')
    path = os.path.join(args.out, 'gatys.onnx')
    write_gatys(path, plain)
    with open(path, 'rb') as f:
        content = f.read()
    listed = os.path.join(args.out, 'model.json')
    with open(listed) as f:
        manifest = json.load(f)
    for file in manifest['files']:
        if file['path'] == 'gatys.onnx':
            file |= {'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()}
    with open(listed, 'w') as f:
        f.write(json.dumps(manifest, indent=2, ensure_ascii=False) + '\n')
    print(f'{path}: {len(content):,} bytes')


if __name__ == '__main__':
    main()
