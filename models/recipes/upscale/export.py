"""Writes the trained enlarger as ONNX with its manifest, measures it against Lanczos and bicubic, and draws crops to look at.

    python3 export.py --work DIR --out ../../upscale-x4 [--look DIR/look.png]

Measured on the scenes that show only icons kept out of the training (the last tenth of the pairs).
"""
import argparse
import hashlib
import json
import os
import sys

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from common import load  # noqa: E402
from export_onnx import halve_weights  # noqa: E402
from net import FACTOR, Enlarger  # noqa: E402


class Graph(torch.nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image):
        return self.net(image).clamp(0, 1)


def psnr(a, b):
    return -10 * np.log10(((a.astype(np.float32) - b.astype(np.float32)) ** 2).mean() / 255 ** 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--look')
    args = parser.parse_args()
    torch.set_num_threads(1)

    net = Enlarger()
    saved = load(os.path.join(args.work, 'enlarger.pt'))
    # What the program runs has fp16 weights, so that is what is measured.
    net.load_state_dict({k: v.half().float() if v.numel() >= 1024 else v for k, v in saved['average'].items()})
    graph = Graph(net).eval()

    os.makedirs(args.out, exist_ok=True)
    path = os.path.join(args.out, 'model.onnx')
    axes = {0: 'batch', 2: 'height', 3: 'width'}
    torch.onnx.export(graph, torch.rand(1, 3, 32, 40), path, input_names=['image'], output_names=['enlarged'],
                      dynamic_axes={'image': axes, 'enlarged': axes}, opset_version=14, do_constant_folding=True)
    halve_weights(path)
    with open(path, 'rb') as f:
        content = f.read()
    manifest = {
        'name': 'upscale-x4', 'kind': 'upscale', 'title': 'Enlarge ×4', 'version': '1', 'licence': 'MIT',
        'source': 'Trained from scratch by models/recipes/upscale', 'card': 'README.md', 'factor': FACTOR,
        'graph': {'file': 'model.onnx', 'input': 'image', 'output': 'enlarged', 'range': [0, 1]},
        'tile': {'size': 256, 'overlap': 32},
        'files': [{'path': 'model.onnx', 'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()}]}
    with open(os.path.join(args.out, 'model.json'), 'w') as f:
        f.write(json.dumps(manifest, indent=2, ensure_ascii=False) + '\n')
    print(f"{sum(p.numel() for p in net.parameters()):,} parameters, {len(content):,} bytes, step {saved['step']}")

    large, small = (np.load(os.path.join(args.work, f'{name}.npy'), 'r') for name in ('large', 'small'))
    scenes = range(len(large) * 9 // 10, len(large))
    rows = []
    for kind, title in enumerate(('decoded', 'crisp')):
        scores = []
        for i in scenes:
            source = Image.fromarray(small[i, kind])
            with torch.no_grad():
                made = graph(torch.from_numpy(np.array(small[i:i + 1, kind])).permute(0, 3, 1, 2).float() / 255)
            made = (made[0].permute(1, 2, 0).numpy() * 255 + .5).astype(np.uint8)
            side = large.shape[1:3]
            plain = [np.asarray(source.resize(side, f)) for f in (Image.LANCZOS, Image.BICUBIC)]
            scores.append([psnr(large[i], p) for p in (*plain, made)])
            if args.look and i % 40 == 7:
                x = y = 140
                rows.append(np.concatenate([p[y:y + 240, x:x + 240] for p in (plain[0], made, large[i])], 1))
        scores = np.array(scores)
        means = scores.mean(0)
        print(f'{title}: n {len(scores)}, Lanczos {means[0]:.2f} dB, bicubic {means[1]:.2f} dB, this {means[2]:.2f} dB, '
              f'better than Lanczos on {(scores[:, 2] > scores[:, 0]).mean():.0%}', flush=True)
    if args.look:
        Image.fromarray(np.concatenate(rows)).save(args.look)


if __name__ == '__main__':
    main()
