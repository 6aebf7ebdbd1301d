"""Writes what the painters are measured on: their style pictures and three photographs.

    python3 reference.py --photographs DIR --out ../../../bench/eval

styles.webp: the six pictures of styles.py, 512 px each, three to a row, in the order of STYLES. photographs.webp: coffee
(never trained on), chelsea and rocket, 512 px each, side by side.
"""
import argparse
import os
import sys

import numpy as np
from PIL import Image

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from styles import STYLES, style_picture  # noqa: E402


def square(path, side):
    picture = Image.open(path).convert('RGB')
    edge = min(picture.size)
    x, y = ((s - edge) // 2 for s in picture.size)
    return np.asarray(picture.crop((x, y, x + edge, y + edge)).resize((side, side), Image.LANCZOS))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--photographs', required=True)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    names = list(STYLES)
    pictures = [style_picture(n) for n in names]
    rows = [np.concatenate(pictures[i:i + 3], 1) for i in range(0, len(pictures), 3)]
    Image.fromarray(np.concatenate(rows)).save(os.path.join(args.out, 'styles.webp'), quality=85, method=6)
    photographs = [square(os.path.join(args.photographs, n), 512) for n in ('coffee.png', 'chelsea.png', 'rocket.jpg')]
    Image.fromarray(np.concatenate(photographs, 1)).save(os.path.join(args.out, 'photographs.webp'), quality=88, method=6)
    print(', '.join(names))


if __name__ == '__main__':
    main()
