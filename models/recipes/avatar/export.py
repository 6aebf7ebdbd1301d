"""Writes ../../avatar-gan: mapping, synthesis and encoder as ONNX with fp16 weights, and what steers them.

    python3 export.py --work DIR --out ../../avatar-gan [--from adversarial.pt]

latents.json holds the mean w (for truncation), the vector of every value of every attribute, and directions to edit by.
Afterwards run projection.py, which adds what pictures are found by.
"""
import argparse
import hashlib
import json
import os
import sys

import torch
import torch.nn as nn

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
from export_onnx import halve_weights  # noqa: E402
from faces import Faces  # noqa: E402
from net import LAYERS, NOISE, W, Encoder, Synthesis  # noqa: E402

# Direction -> attribute, the values it leads to, the values it leads away from ('*': all others).
DIRECTIONS = {
    'smile': ('mouth', ['smile'], ['sad', 'angry']),
    'laugh': ('mouth', ['laugh'], '*'),
    'glasses': ('glasses', ['round', 'square'], [None]),
    'sunglasses': ('glasses', ['sunglasses'], [None]),
    'beard': ('beard', ['fullBeard', 'longBeard'], [None]),
    'moustache': ('beard', ['moustacheTwirl'], [None]),
    'long hair': ('rearHair', ['longStraight', 'longWavy'], [None]),
    'bald': ('hair', [None], '*'),
    'spiky hair': ('hair', ['spiky'], '*'),
    'bun': ('hair', ['bun'], '*'),
    'dark hair': ('hairColor', ['2c1b18'], '*'),
    'grey hair': ('hairColor', ['b9bdc4'], '*'),
    'pink hair': ('hairColor', ['d9577a'], '*'),
    'dark skin': ('skinColor', ['5c3829'], ['f1c3a5']),
    'light skin': ('skinColor', ['f1c3a5'], ['5c3829']),
    'closed eyes': ('eyes', ['humble', 'bow'], ['wide', 'happy']),
    'wink': ('eyes', ['wink'], '*'),
    'angry brows': ('eyebrows', ['angry'], '*'),
}


class Draw(nn.Module):
    def __init__(self, synthesis):
        super().__init__()
        self.synthesis = synthesis

    def forward(self, w, noise):
        return self.synthesis(w, noise).clamp(-1, 1)


class Read(nn.Module):
    """Face -> logits of all values, and the w of the values it seems to have."""

    def __init__(self, encoder, mapping):
        super().__init__()
        self.encoder, self.cards = encoder, mapping.cards
        self.register_buffer('values', torch.cat([v.data for v in mapping.values]))

    def forward(self, image):
        logits = self.encoder(image)
        shares = torch.cat([torch.softmax(block, 1) for block in logits.split(self.cards, 1)], 1)
        return logits, shares @ self.values


def direction(faces, mapping, name):
    attribute, towards, away = DIRECTIONS[name]
    i, values = faces.names.index(attribute), faces.values[attribute]
    away = [v for v in values if v not in towards] if away == '*' else away

    def mean(chosen):
        return torch.stack([mapping.values[i][values.index(v)] for v in chosen]).mean(0)

    return {'name': name, 'attribute': attribute, 'towards': [values.index(v) for v in towards],
            'w': [round(x, 5) for x in (mean(towards) - mean(away)).tolist()]}


def write_graph(path, module, inputs, input_names, output_names):
    torch.onnx.export(module.eval(), inputs, path, input_names=input_names, output_names=output_names, opset_version=14,
                      dynamic_axes={n: {0: 'batch'} for n in input_names + output_names})
    halve_weights(path)


# Noise as strong as this moves one byte in a hundred by one grey level (measured at 0.0002), and drawing it is a fifth of a face's time.
LEAST_GRAIN = 1e-3


def between(first, last, share):
    """Weights on the straight line from one state of a training to a later one: less grain than there, more variety than here."""
    return {key: torch.lerp(first[key], value, share) for key, value in last.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--from', dest='source', default='adversarial.pt', help='adversarial.pt or regression.pt')
    parser.add_argument('--share', type=float, default=1.0, help='of adversarial.pt; the rest of every weight is regression.pt, from which it began')
    parser.add_argument('--version', default='1')
    args = parser.parse_args()
    torch.set_num_threads(1)
    faces = Faces(args.work)
    saved = torch.load(os.path.join(args.work, args.source), map_location='cpu')
    prefix = 'average_' if 'average_synthesis' in saved else ''
    first = torch.load(os.path.join(args.work, 'regression.pt'), map_location='cpu') if args.share < 1 else None
    synthesis, mapping, encoder = Synthesis(), faces.mapping(), Encoder(faces.cards)
    for name, net in (('synthesis', synthesis), ('mapping', mapping)):
        net.load_state_dict(between(first[name], saved[prefix + name], args.share) if first else saved[prefix + name])
    encoder.load_state_dict(torch.load(os.path.join(args.work, 'encoder.pt'), map_location='cpu')['net'])
    for net in (synthesis, mapping, encoder):
        net.eval().requires_grad_(False)
    os.makedirs(args.out, exist_ok=True)
    z_width = sum(faces.cards)
    write_graph(os.path.join(args.out, 'mapping.onnx'), mapping, (torch.randn(2, z_width),), ['z'], ['w'])
    write_graph(os.path.join(args.out, 'synthesis.onnx'), Draw(synthesis), (torch.randn(2, LAYERS, W), torch.randn(2, NOISE)), ['w', 'noise'], ['image'])
    write_graph(os.path.join(args.out, 'encoder.onnx'), Read(encoder, mapping), (torch.zeros(2, 3, 128, 128),), ['image'], ['attributes', 'w'])

    torch.manual_seed(0)
    mean = mapping(torch.randn(20000, z_width)).mean(0)
    latents = {
        'meanW': [round(x, 5) for x in mean.tolist()],
        'attributes': [{'name': n, 'values': faces.values[n], 'w': [[round(x, 5) for x in row] for row in mapping.values[i].tolist()]}
                       for i, n in enumerate(faces.names)],
        'directions': [direction(faces, mapping, name) for name in DIRECTIONS],
    }
    with open(os.path.join(args.out, 'latents.json'), 'w') as f:
        json.dump(latents, f)
        f.write('\n')
    files = []
    for name in sorted(os.listdir(args.out)):
        if name not in ('model.json', 'README.md'):
            with open(os.path.join(args.out, name), 'rb') as f:
                content = f.read()
            files.append({'path': name, 'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()})
    manifest = {
        'name': 'avatar-gan', 'kind': 'gan', 'title': 'Avatar faces', 'version': args.version,
        'licence': 'CC-BY-4.0 (learnt from ToonHead by Johan Melin, CC-BY-4.0), see ../NOTICE.md',
        'source': 'Trained from scratch with models/recipes/avatar on avatars drawn by DiceBear.', 'card': 'README.md',
        'resolution': 128, 'zWidth': z_width, 'wWidth': W, 'layers': LAYERS, 'noiseWidth': NOISE, 'grain': any(abs(layer.noise_strength.item()) > LEAST_GRAIN for layer in synthesis.layers), 'range': [-1, 1],
        'graphs': {'mapping': 'mapping.onnx', 'synthesis': 'synthesis.onnx', 'encoder': 'encoder.onnx'}, 'latents': 'latents.json',
        'attributes': list(DIRECTIONS), 'truncation': 1, 'display': {'upscale': 4}, 'files': files}
    with open(os.path.join(args.out, 'model.json'), 'w') as f:
        f.write(json.dumps(manifest, indent=2, ensure_ascii=False) + '\n')
    print(f"{args.source} step {saved['step']}, {saved['spent'] / 60:.0f} min; " + ', '.join(f"{f['path']} {f['bytes']:,}" for f in files))


if __name__ == '__main__':
    main()
