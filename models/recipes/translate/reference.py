"""Writes what translating is measured on: icons of both manners on plain grounds.

    python3 reference.py --work DIR --out ../../../bench/eval

translate.webp: 96 px a picture, 16 to a row; first KNOWN shaded and KNOWN flat icons that were trained on (what a judge of
manners learns from), then UNSEEN held-out names shaded, and the same names flat. Lossless: compression would shade.
"""
import argparse
import os
import sys

import numpy as np
from PIL import Image

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from pictures import MANNERS, Pictures  # noqa: E402

SIDE, COLUMNS, KNOWN, UNSEEN = 96, 16, 64, 48


def on_ground(icon, rng):
    ground = (255, 255, 255) if rng.random() < .5 else tuple(int(v) for v in rng.integers(0, 256, 3))
    canvas = Image.new('RGB', (SIDE, SIDE), ground)
    icon = Image.fromarray(icon).convert('RGBa').resize((80, 80), Image.LANCZOS).convert('RGBA')
    canvas.paste(icon, (8, 8), icon)
    return np.asarray(canvas)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    pictures = Pictures(args.work)
    rng = np.random.default_rng(0)
    tiles = [on_ground(pictures.icons[i], rng) for m in MANNERS for i in rng.choice(pictures.known[m], KNOWN, replace=False)]
    names = pictures.unseen()
    names = [names[i * len(names) // UNSEEN] for i in range(UNSEEN)]
    for m in MANNERS:
        same = np.random.default_rng(1)  # both manners on the same grounds
        tiles += [on_ground(pictures.icons[next(i for i, x in enumerate(pictures.listing) if (x['name'], x['manner']) == (n, m))], same) for n in names]
    rows = [np.concatenate(tiles[i:i + COLUMNS], 1) for i in range(0, len(tiles), COLUMNS)]
    Image.fromarray(np.concatenate(rows)).save(os.path.join(args.out, 'translate.webp'), lossless=True, method=6)
    print(f'{len(tiles)} pictures; held out: {", ".join(names)}')


if __name__ == '__main__':
    main()
