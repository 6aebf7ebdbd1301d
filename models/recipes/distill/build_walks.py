"""Draws pictures with sticker-diffusion and keeps the whole walk of each, from noise to latents: the lessons of train_lcm.py.

    python3 build_walks.py --work DIR --out DIR/lcm [--shards 12] [--shard-size 250]

Captions are drawn from the grammar, with seeds of their own and none of them among the held-out ones. The walk is the
model's own: DDIM, 20 steps, guidance 2. A shard holds ids N,24 and walks N,21,8,16,16; each has its own seed, so that
shards can be added later and train_lcm.py takes them up.
"""
import argparse
import json
import os
import random
import sys
import time

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
import scenes  # noqa: E402
from common import autocast, save, step_seed  # noqa: E402
from nets import LATENT_CHANNELS  # noqa: E402
from sampling import Sampler  # noqa: E402
from train_text_fillers import strange_words, with_strange_words  # noqa: E402
from walking import CELLS, GUIDANCE, LONG, rotate, timesteps  # noqa: E402

STRANGE = .1  # share of captions with words that mean nothing here


def captions_of(rng, count, strange, held_out):
    chance, out = random.Random(int(rng.integers(2 ** 31))), []
    while len(out) < count:
        caption = scenes.caption(scenes.describe(rng), rng)
        if caption not in held_out:
            out.append(with_strange_words(caption, strange, chance) if chance.random() < STRANGE else caption)
    return out


@torch.no_grad()
def walk(sampler, ids, noise):
    """N,24 and N,8,16,16 -> N,21,8,16,16: where DDIM with guidance passes."""
    silence = torch.tensor([sampler.tokenizer.encode('')], device=ids.device).expand_as(ids)
    text = sampler.text(torch.cat([silence, ids]))
    x, passed, times = noise, [noise], timesteps(LONG)
    for t, following in zip(times, times[1:]):
        twice = torch.cat([x, x]).contiguous(memory_format=torch.channels_last)
        with autocast(str(x.device)):
            velocity = sampler.unet(twice, torch.full((len(twice),), float(t), device=x.device), text)
        without, towards = velocity.float().chunk(2)
        x = rotate(sampler.alphas, x, without + GUIDANCE * (towards - without), t, following)
        passed.append(x)
    return torch.stack(passed, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--text', default='text-fillers.pt', help='the text encoder in DIR that is shipped')
    parser.add_argument('--shards', type=int, default=12)
    parser.add_argument('--shard-size', type=int, default=250)
    parser.add_argument('--batch', type=int, default=25)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    os.makedirs(args.out, exist_ok=True)
    sampler = Sampler(args.work, args.device, args.text)
    sampler.unet.to(memory_format=torch.channels_last)
    strange = strange_words(sampler.tokenizer)
    with open(os.path.join(HERE, '../../../bench/eval/held-out.json')) as f:
        held_out = {scene['caption'] for scene in json.load(f)['scenes']}
    for shard in range(args.shards):
        path = os.path.join(args.out, f'walks-{shard:03d}.pt')
        if os.path.exists(path):
            continue
        start, rng = time.time(), np.random.default_rng([args.seed, 77, shard])
        captions = captions_of(rng, args.shard_size, strange, held_out)
        ids = torch.tensor([sampler.tokenizer.encode(c) for c in captions])
        generator = torch.Generator().manual_seed(step_seed(args.seed + 77, shard))
        noise = torch.randn((args.shard_size, LATENT_CHANNELS, CELLS, CELLS), generator=generator)
        walks = [walk(sampler, ids[i:i + args.batch].to(args.device), noise[i:i + args.batch].to(args.device)).half().cpu()
                 for i in range(0, args.shard_size, args.batch)]
        save(path, ids=ids.to(torch.int16), walks=torch.cat(walks), captions=captions)
        print(f'{path}: {len(ids)} walks in {time.time() - start:.0f} s', flush=True)


if __name__ == '__main__':
    main()
