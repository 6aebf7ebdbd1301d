"""Writes ../../flat-shaded: both translators as ONNX with fp16 weights, and held-out icons to look at.

    python3 export.py --work DIR --out ../../flat-shaded [--look FILE]

Light and shade are as large as the thing they lie on, and the networks learnt on icons of 40 to 96 px. So what is added to a picture
whose longer side is more than SEEN is worked out on a smaller version, inside the graph, and enlarged; edges stay as they were.
"""
import argparse
import hashlib
import json
import os
import sys

import torch
import torch.nn as nn
from torch.nn import functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
from export_onnx import halve_weights  # noqa: E402
from net import Translator  # noqa: E402
from pictures import MANNERS, Pictures  # noqa: E402
from train import look, measure  # noqa: E402

DIRECTIONS = {'forward': ('flat', 'Flat colours', 'to-flat.onnx'), 'backward': ('shaded', 'Shaded', 'to-shaded.onnx')}


SEEN = 128


class Graph(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image):
        height, width = (torch._shape_as_tensor(image)[i].float() for i in (2, 3))
        scale = (SEEN / torch.maximum(height, width)).clamp(max=1.0)
        size = [(torch.ceil(side * scale / 8) * 8).long() for side in (height, width)]
        # Linear interpolation skips pixels below half the size: from the nearest half, quarter or eighth, then.
        versions = [image, *(F.avg_pool2d(image, n) for n in (2, 4, 8))]
        small = [F.interpolate(v, size=size, mode='bilinear', align_corners=False) for v in versions]
        seen = torch.where(scale > .6, small[0], torch.where(scale > .3, small[1], torch.where(scale > .15, small[2], small[3])))
        added = self.net(seen) - seen
        whole = [side.long() for side in (height, width)]
        return (image + F.interpolate(added, size=whole, mode='bilinear', align_corners=False)).clamp(-1, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--version', default='1')
    parser.add_argument('--look')
    args = parser.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    saved = torch.load(os.path.join(args.work, 'translate.pt'), map_location='cpu')
    nets = {}
    for manner in MANNERS:
        nets[manner] = Translator(manner == 'flat').eval().requires_grad_(False)
        # What the program runs has fp16 weights, so that is what is measured.
        state = saved[f'average_{manner}']
        nets[manner].load_state_dict({k: v.half().float() if v.numel() >= 1024 else v for k, v in state.items()})
    pictures = Pictures(args.work)
    probe = pictures.pairs(pictures.unseen(), 96)
    figures, answers = measure(nets, *probe)
    print(f"step {saved['step']}, {saved['spent'] / 60:.0f} min; of 2: cycle {figures[0]:.4f} {figures[1]:.4f}, to its namesake flat "
          f'{figures[2]:.4f}, shaded {figures[3]:.4f}, untouched {figures[4]:.4f}')
    if args.look:
        look(args.look, *probe, *answers)
    files = []
    for manner, _, file in DIRECTIONS.values():
        path = os.path.join(args.out, file)
        axes = {0: 'batch', 2: 'height', 3: 'width'}
        torch.onnx.export(Graph(nets[manner]), torch.zeros(1, 3, 64, 72), path, input_names=['image'], output_names=['translated'],
                          dynamic_axes={'image': axes, 'translated': axes}, opset_version=14)
        halve_weights(path)
        with open(path, 'rb') as f:
            content = f.read()
        files.append({'path': file, 'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()})
    with open(os.path.join(args.out, 'model.json'), 'w') as f:
        f.write(json.dumps({
            'name': 'flat-shaded', 'kind': 'translate', 'title': 'Flat and shaded', 'version': args.version,
            'licence': 'MIT; training data MIT, see ../NOTICE.md',
            'source': 'Trained from scratch with models/recipes/translate on openly licensed icon sets.', 'card': 'README.md',
            'graphs': {way: file for way, (_, _, file) in DIRECTIONS.items()},
            'directions': {way: {'name': name, 'title': title} for way, (name, title, _) in DIRECTIONS.items()},
            'input': 'image', 'output': 'translated', 'range': [-1, 1], 'multipleOf': 8, 'files': files}, indent=2, ensure_ascii=False) + '\n')
    print(', '.join(f"{f['path']} {f['bytes']:,}" for f in files))


if __name__ == '__main__':
    main()
