"""Writes ../../sticker-lcm: a LoRA of sticker-diffusion's UNet in fp16, and how it is to be walked.

    python3 export_lcm.py --work DIR --data DIR/lcm --out ../../sticker-lcm [--version DATE] [--look FILE]

--look: the first held-out captions, one column each: 20 steps with guidance, 4 steps with it, 4 steps with what was learnt.
"""
import argparse
import hashlib
import json
import os
import sys

import numpy as np
import torch
import torch.nn as nn
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
from common import load  # noqa: E402
from low_rank import add_low_rank, kohya_names, write_safetensors  # noqa: E402
from sampling import Sampler  # noqa: E402
from walking import GUIDANCE, LONG, SHORT  # noqa: E402

FILE = 'sticker-lcm.safetensors'


def look(sampler, average, path, count):
    with open(os.path.join(HERE, '../../../bench/eval/held-out.json')) as f:
        captions = [scene['caption'] for scene in json.load(f)['scenes'][:count]]
    seeds = list(range(count))
    rows = [sampler.pictures(captions, seeds, steps=LONG, guidance=GUIDANCE), sampler.pictures(captions, seeds, steps=SHORT, guidance=GUIDANCE)]
    rank = max(v.shape[0] for k, v in average.items() if k.endswith('.down'))
    changes = add_low_rank(sampler.unet, rank, except_in='sketch.')
    nn.ModuleDict({p.replace('.', '_'): c for p, c in changes.items()}).load_state_dict(average)
    rows.append(sampler.pictures(captions, seeds, steps=SHORT, guidance=1))
    for name, made in zip(('4 steps with guidance', '4 steps learnt'), rows[1:]):
        error = ((made.astype(np.float64) - rows[0]) ** 2).mean((1, 2, 3))
        print(f'{name}: PSNR to {LONG} steps {(10 * np.log10(255 ** 2 / error)).mean():.2f} dB')
    Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in rows])).save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--data', required=True)
    parser.add_argument('--out')
    parser.add_argument('--text', default='text-fillers.pt')
    parser.add_argument('--version', default='1')
    parser.add_argument('--look')
    parser.add_argument('--count', type=int, default=12)
    args = parser.parse_args()
    torch.set_num_threads(1)
    sampler = Sampler(args.work, 'cpu', args.text)
    saved = load(os.path.join(args.data, 'lcm.pt'))
    average = saved['average']
    print(f'step {saved["step"]}, {saved["spent"] / 60:.0f} min')
    if args.look:
        look(sampler, average, args.look, args.count)
    if not args.out:
        return
    os.makedirs(args.out, exist_ok=True)
    paths = {p.replace('.', '_'): p for p, layer in Sampler(args.work).unet.named_modules() if isinstance(layer, (nn.Conv2d, nn.Linear))}
    tensors = kohya_names({paths[k[:-5]]: (average[k], average[f'{k[:-5]}.up']) for k in average if k.endswith('.down')})
    path = os.path.join(args.out, FILE)
    write_safetensors(path, tensors, {'format': 'pt', 'ss_output_name': 'sticker-lcm', 'modelspec.license': 'MIT'})
    with open(path, 'rb') as f:
        content = f.read()
    with open(os.path.join(args.out, 'model.json'), 'w') as f:
        f.write(json.dumps({
            'name': 'sticker-lcm', 'kind': 'lora', 'title': 'Stickers in four steps', 'version': args.version,
            'licence': 'MIT; training data MIT, Apache-2.0 and CC-BY-4.0, see ../NOTICE.md',
            'source': 'Distilled from sticker-diffusion with models/recipes/distill.', 'card': 'README.md', 'for': 'sticker-diffusion',
            'quick': {'steps': SHORT, 'guidance': 1, 'sampler': 'ddim'},
            'files': [{'path': FILE, 'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()}]}, indent=2) + '\n')
    print(f'{path}: {len(tensors) // 3} layers, {len(content):,} bytes')


if __name__ == '__main__':
    main()
