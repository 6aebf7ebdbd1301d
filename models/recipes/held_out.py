"""Writes what `npm run -s eval -- sticker-diffusion` needs: 500 held-out captions with their scenes, and the judge's sprites.

    python3 held_out.py --work DIR --out ../../bench/eval

captions.json comes from the same seed as adherence.py. sprites.webp is one lossless sheet: row by row every subject of
sprites.json in every style, first at 96 px, then at 48 px.
"""
import argparse
import json
import os

import numpy as np
from PIL import Image

import scenes
from adherence import held_out

COLUMNS = 16


def sheet_of(sprites, order, side):
    rows = -(-len(order) // COLUMNS)
    sheet = np.zeros((rows * side, COLUMNS * side, 4), np.uint8)
    for i, (subject, style) in enumerate(order):
        y, x = i // COLUMNS * side, i % COLUMNS * side
        sheet[y:y + side, x:x + side] = sprites.get(subject, style, side).astype(np.uint8)
    return sheet


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--count', type=int, default=500)
    args = parser.parse_args()
    sprites = scenes.Sprites(os.path.join(args.work, 'sprites'))
    order = [(s, style) for s in sorted(scenes.SUBJECTS) for style in scenes.STYLES if sprites.has(s, style)]
    big, small = sheet_of(sprites, order, scenes.BIG), sheet_of(sprites, order, scenes.SMALL)
    sheet = np.zeros((big.shape[0] + small.shape[0], big.shape[1], 4), np.uint8)
    sheet[:big.shape[0]] = big
    sheet[big.shape[0]:, :small.shape[1]] = small
    Image.fromarray(sheet).save(os.path.join(args.out, 'sprites.webp'), lossless=True, quality=100, method=6)
    described, captions = held_out(args.count)
    with open(os.path.join(args.out, 'held-out.json'), 'w') as f:
        json.dump({'sheet': {'columns': COLUMNS, 'large': scenes.BIG, 'small': scenes.SMALL, 'sprites': order},
                   'side': scenes.SIDE, 'largeAt': scenes.BIG_AT, 'slots': scenes.SLOT, 'places': scenes.PLACES, 'groups': scenes.GROUPS,
                   'backgrounds': scenes.BACKGROUNDS, 'tints': scenes.TINTS,
                   'scenes': [{'caption': c, **{k: v for k, v in s.items() if v != ''}} for s, c in zip(described, captions)]}, f)
        f.write('\n')


if __name__ == '__main__':
    main()
