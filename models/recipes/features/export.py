"""Writes ../../features: the maps after every rectifier, the slope for Gatys, and a small head that names concepts.

    python3 export.py --work DIR --out ../../features

Batch normalisation is folded into the convolutions and every channel is scaled to a mean of one over the training
pictures. The head is factorised to rank 160 (eight times smaller); what that costs is printed.
"""
import argparse
import hashlib
import json
import os
import sys

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))
sys.path.insert(0, HERE)
from common import load  # noqa: E402
from export_onnx import halve_weights  # noqa: E402
from export_gatys import check_slope, write_gatys  # noqa: E402
from gatys import CONTENT, STYLE  # noqa: E402
from net import LAYERS, LEVELS, Classifier, Features, folded, rescaled  # noqa: E402
from train import Pictures  # noqa: E402

RANK = 160


class Maps(nn.Module):
    def __init__(self, plain):
        super().__init__()
        self.plain = plain

    def forward(self, image):
        maps = self.plain(image)
        return tuple(maps[f'relu{layer}'] for layer in LAYERS)


class Head(nn.Module):
    """relu4_2 N,256,8,8 (of a picture of 64 px) -> logits of the concepts N,K."""

    def __init__(self, linear, scale):
        super().__init__()
        # pooled: 256 channels x 3 x 3 means, then 256 maxima; the exported maps are divided by scale.
        stretch = torch.cat([scale.repeat_interleave(9), scale])
        u, s, v = torch.linalg.svd(linear.weight.data * stretch, full_matrices=False)
        self.reduce = nn.Linear(len(stretch), RANK, bias=False)
        self.name = nn.Linear(RANK, len(linear.weight))
        self.reduce.weight.data = (s[:RANK, None].sqrt() * v[:RANK]).contiguous()
        self.name.weight.data = (u[:, :RANK] * s[:RANK].sqrt()).contiguous()
        self.name.bias.data = linear.bias.data
        # Fixed windows, as adaptive pooling of 8 to 3 takes them: 0-2, 2-5, 5-7.
        self.windows = ((0, 3), (2, 6), (5, 8))

    def forward(self, maps):
        cells = [maps[:, :, a:b, c:d].mean((2, 3)) for a, b in self.windows for c, d in self.windows]
        pooled = torch.stack(cells, 2).flatten(1)
        return self.name(self.reduce(torch.cat([pooled, maps.amax((2, 3))], 1)))


def scales_of(classifier, plain, images):
    """By how much each channel of relu4_2 was divided."""
    with torch.no_grad():
        before = classifier.features(images)['relu4_2'].mean((0, 2, 3))
        after = plain(images)['relu4_2'].mean((0, 2, 3))
    return before / after.clamp_min(1e-6)


def trained_features(work, images):
    """(classifier, plain feature net with scaled channels)"""
    saved = load(os.path.join(work, 'features.pt'))
    classifier = Classifier(*saved['counts'])
    classifier.load_state_dict(saved['net'])
    classifier.eval()
    return classifier, rescaled(folded(classifier.features), images).eval().requires_grad_(False), saved


def write_graph(path, module, inputs, input_names, output_names, axes):
    torch.onnx.export(module.eval(), inputs, path, input_names=input_names, output_names=output_names, dynamic_axes=axes, opset_version=14)
    halve_weights(path)


def recognition(classifier, plain, head, pictures):
    rng, full, small, n = np.random.default_rng(1), 0, 0, 0
    with torch.no_grad():
        for start in range(0, len(pictures.unseen), 128):
            image, concept, _, _ = pictures.batch(rng, pictures.unseen[start:start + 128], plain=True)
            full += (classifier(image)[0].argmax(1) == concept).sum().item()
            small += (head(plain(image)['relu4_2']).argmax(1) == concept).sum().item()
            n += len(concept)
    return full / n, small / n, n


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--version', default='1')
    args = parser.parse_args()
    torch.set_num_threads(1)
    pictures = Pictures(args.work, 0)
    rng = np.random.default_rng(5)
    images = pictures.batch(rng, rng.choice(pictures.known, 512))[0]
    classifier, plain, saved = trained_features(args.work, images)
    head = Head(classifier.concept, scales_of(classifier, plain, images)).eval()
    print(f'slope by hand and by autograd differ by {check_slope(plain):.1e} of the largest')
    full, small, n = recognition(classifier, plain, head, pictures)
    print(f'{n} kept-out drawings: the whole classifier names {full:.1%} rightly, the exported one {small:.1%}')

    os.makedirs(args.out, exist_ok=True)
    picture = {0: 'batch', 2: 'height', 3: 'width'}
    outputs = [f'relu{layer}' for layer in LAYERS]
    write_graph(os.path.join(args.out, 'model.onnx'), Maps(plain), (torch.zeros(1, 3, 64, 64),), ['image'], outputs,
                {'image': picture, **{o: {0: 'batch', 2: o + '_height', 3: o + '_width'} for o in outputs}})
    write_graph(os.path.join(args.out, 'concepts.onnx'), head, (torch.zeros(2, 256, 8, 8),), ['relu4_2'], ['logits'],
                {'relu4_2': {0: 'batch'}, 'logits': {0: 'batch'}})
    write_gatys(os.path.join(args.out, 'gatys.onnx'), plain)

    with open(os.path.join(args.work, 'icons.json')) as f:
        concepts = sorted({i['concept'] for i in json.load(f)['icons']})
    with open(os.path.join(args.out, 'concepts.json'), 'w') as f:
        json.dump(concepts, f)
        f.write('\n')
    manifest = {
        'name': 'features', 'kind': 'features', 'title': 'Feature net', 'version': args.version, 'licence': 'MIT; training data MIT, Apache-2.0 and CC-BY-4.0, see ../NOTICE.md',
        'source': 'Trained from scratch with models/recipes/features on openly licensed icon sets and drawn textures.', 'card': 'README.md',
        'graph': {'file': 'model.onnx', 'input': 'image', 'range': [-1, 1]},
        'layers': {o: {'channels': LEVELS[int(o[4])][int(o[6]) - 1], 'stride': 2 ** (int(o[4]) - 1)} for o in outputs},
        'gatys': {'file': 'gatys.onnx', 'content': f'relu{CONTENT}', 'style': ['colours', *[f'relu{s}' for s in STYLE]]},
        'concepts': {'file': 'concepts.onnx', 'input': 'relu4_2', 'names': 'concepts.json', 'size': 64},
        'files': listing(args.out)}
    with open(os.path.join(args.out, 'model.json'), 'w') as f:
        f.write(json.dumps(manifest, indent=2, ensure_ascii=False) + '\n')
    print(f'step {saved["step"]}, {saved["spent"] / 60:.0f} minutes; ' + ', '.join(f'{f["path"]} {f["bytes"]:,}' for f in manifest['files']))


def listing(folder):
    out = []
    for name in sorted(os.listdir(folder)):
        if name not in ('model.json', 'README.md'):
            with open(os.path.join(folder, name), 'rb') as f:
                content = f.read()
            out.append({'path': name, 'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()})
    return out


if __name__ == '__main__':
    main()
