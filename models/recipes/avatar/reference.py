"""Writes what made faces are compared with: the features of drawn faces that were never trained on, and more.

    python3 reference.py --work DIR --features DIR --out FILE [--count 2048]

FILE: per face the 256 means of relu4_2 of the feature net over the face at 128 px, as little-endian fp16. The faces
are those at the end of DIR/faces.bin: first the thousand kept out, then training faces backwards.
"""
import argparse
import os
import sys

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
from faces import Faces  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--features', required=True, help='the working folder of ../features')
    parser.add_argument('--out', required=True)
    parser.add_argument('--count', type=int, default=2048)
    args = parser.parse_args()
    torch.set_num_threads(1)
    faces = Faces(args.work)
    sys.modules.pop('net')  # ../features has a module of that name too
    sys.path.insert(0, os.path.join(HERE, '..', 'features'))
    sys.path.insert(0, os.path.join(HERE, '..', 'style'))
    from features import trained_features
    plain = trained_features(args.features)
    rows = []
    order = np.arange(len(faces.pictures) - args.count, len(faces.pictures))[::-1].copy()
    for start in range(0, args.count, 64):
        picture, _ = faces.batch(order[start:start + 64])
        with torch.no_grad():
            rows.append(plain(picture)['relu4_2'].mean((2, 3)))
    torch.cat(rows).half().numpy().astype('<f2').tofile(args.out)
    print(f'{args.count} rows of {rows[0].shape[1]}')


if __name__ == '__main__':
    main()
