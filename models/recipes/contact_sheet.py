"""Samples a list of prompts onto one PNG, to look at.

    python3 contact_sheet.py --work DIR --out sheet.png [--prompts file.txt] [--guidance 5]
"""
import argparse

import numpy as np
import torch
from PIL import Image, ImageDraw

from sampling import Sampler

PROMPTS = '''red apple
two red apples on a blue background
a cat
a green frog on the left on a white background
a blue apple on a yellow background
a dog on a red background, flat style
three stars on a black background
four hearts
a rocket at the top on a purple background
a small car at the bottom on a green background
a ghost on the right on a black background
a panda and a penguin on a cyan background
a frog to the left of a mushroom
a purple guitar on yellow
a robot on a brown background, 3d style
a pink elephant on an orange background'''.splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--prompts')
    parser.add_argument('--text', help='a text encoder in DIR other than the one trained with')
    parser.add_argument('--seeds', type=int, default=2, help='pictures of each prompt')
    parser.add_argument('--sampling-steps', type=int, default=20)
    parser.add_argument('--guidance', type=float, default=5)
    parser.add_argument('--columns', type=int, default=4)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--device', default='cpu')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    prompts = PROMPTS
    if args.prompts:
        with open(args.prompts) as f:
            prompts = [line.strip() for line in f if line.strip()]
    sampler = Sampler(args.work, args.device, args.text)
    repeated = [(p, s) for p in prompts for s in range(args.seeds)]
    pictures = sampler.pictures([p for p, _ in repeated], [s for _, s in repeated], steps=args.sampling_steps, guidance=args.guidance)
    width, height = 128 * args.seeds + 8, 128 + 18
    rows = -(-len(prompts) // args.columns)
    sheet = Image.new('RGB', (width * args.columns, height * rows), 'white')
    draw = ImageDraw.Draw(sheet)
    for i, prompt in enumerate(prompts):
        x, y = i % args.columns * width, i // args.columns * height
        draw.text((x + 2, y + 3), prompt, fill='black')
        sheet.paste(Image.fromarray(np.concatenate(pictures[i * args.seeds:(i + 1) * args.seeds], 1)), (x, y + 18))
    sheet.save(args.out)
    print(f'{args.out}: {len(repeated)} pictures after {sampler.seen:,} samples')


if __name__ == '__main__':
    main()
