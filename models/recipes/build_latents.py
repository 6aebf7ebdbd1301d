"""Draws scenes, encodes them once through the autoencoder and keeps the latents.

    python3 build_latents.py --work DIR --shards 8 --shard-size 5000

Reads DIR/sprites and DIR/vae.pt, writes DIR/latents/shard-000.pt and so on. Each shard has its own seed, so shards can
be added later; the diffusion training notices new ones. Encoding in every step would cost a third of the training time.
"""
import argparse
import os
import time

import numpy as np
import torch

import scenes
from common import in_float, load, save
from nets import Encoder

CAPTIONS_PER_SCENE = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--shards', type=int, default=8)
    parser.add_argument('--shard-size', type=int, default=5000)
    parser.add_argument('--styles', default=','.join(scenes.STYLES))
    parser.add_argument('--kinds', help='only these kinds of scene, to add what a model lacks: big,placed,group,pair')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

    sprites = scenes.Sprites(os.path.join(args.work, 'sprites'))
    encoder = Encoder().to(args.device).eval()
    encoder.load_state_dict(in_float(load(os.path.join(args.work, 'vae.pt'), args.device)['encoder']))
    folder = os.path.join(args.work, 'latents')
    os.makedirs(folder, exist_ok=True)
    styles = args.styles.split(',')
    kinds = args.kinds.split(',') if args.kinds else [None]

    for shard in range(args.shards):
        path = os.path.join(folder, f'shard-{shard:03d}.pt')
        if os.path.exists(path):
            continue
        start, rng = time.time(), np.random.default_rng([args.seed, shard])
        described = [scenes.describe(rng, styles, kind=kinds[i % len(kinds)]) for i in range(args.shard_size)]
        captions = [[scenes.caption(s, rng) for _ in range(CAPTIONS_PER_SCENE)] for s in described]
        latents = []
        for i in range(0, len(described), 64):
            batch = torch.from_numpy(np.stack([sprites.render(s) for s in described[i:i + 64]])).to(args.device)
            with torch.no_grad():
                latents.append(encoder(batch.permute(0, 3, 1, 2).float() / 127.5 - 1).half().cpu())
        save(path, latents=torch.cat(latents), captions=captions, scenes=described)
        print(f'{path}: {len(described)} scenes in {time.time() - start:.0f} s', flush=True)


if __name__ == '__main__':
    main()
