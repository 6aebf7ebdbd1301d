"""First stage: from the attributes of a face to the face, without a discriminator. Resumable; deterministic by --seed.

    python3 train_regression.py --work DIR [--minutes 15] [--start FILE] [--device cpu|cuda]

Reads DIR/faces.* (build_faces.mjs), writes DIR/regression.pt. --start: weights to begin from ('synthesis', 'mapping';
entries of other shapes are passed over), such as those of a run at a smaller size.
"""
import argparse
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))
sys.path.insert(0, HERE)
from common import autocast, falling, set_learning_rate, step_seed, training  # noqa: E402
from faces import Faces  # noqa: E402
from net import LAYERS, Synthesis  # noqa: E402


def likeness(made, wanted):
    """Mean absolute error of the pixels, of their differences (edges) and of the blurred picture (colours)."""
    pixels = (made - wanted).abs().mean()
    edges = (made.diff(dim=3) - wanted.diff(dim=3)).abs().mean() + (made.diff(dim=2) - wanted.diff(dim=2)).abs().mean()
    return pixels + .5 * edges + .5 * (F.avg_pool2d(made, 8) - F.avg_pool2d(wanted, 8)).abs().mean()


FEATURES = slice(40, 92), slice(34, 94)  # rows and columns of brows, eyes, mouth and beard at 128 px


def likeness_of_faces(made, wanted):
    """Brows and mouths cover a fiftieth of the picture and came last; where they are every pixel counts six times more."""
    return likeness(made, wanted) + likeness(made[:, :, FEATURES[0], FEATURES[1]], wanted[:, :, FEATURES[0], FEATURES[1]])


def start_from(net, weights):
    """Copies the entries that fit; where only the first rows fit, those."""
    own = net.state_dict()
    for key, value in weights.items():
        if key in own and own[key].shape == value.shape:
            own[key].copy_(value)
        elif key in own and own[key].ndim == value.ndim and own[key].shape[1:] == value.shape[1:]:
            rows = min(len(own[key]), len(value))
            own[key][:rows] = value[:rows]
            own[key][rows:] = value.mean(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--minutes', type=float, default=15, help='stop by then; the learning rate falls towards it')
    parser.add_argument('--start')
    parser.add_argument('--batch', type=int, default=12)
    parser.add_argument('--lr', type=float, default=2e-3)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    faces = Faces(args.work)
    synthesis, mapping = Synthesis(), faces.mapping()
    if args.start:
        given = torch.load(args.start, map_location='cpu')
        start_from(synthesis, given['synthesis'])
        start_from(mapping, given['mapping'])
    synthesis.to(args.device, memory_format=torch.channels_last)
    mapping.to(args.device)
    optimiser = torch.optim.Adam([*synthesis.parameters(), *mapping.values.parameters()], lr=args.lr, betas=(.9, .99))
    path = os.path.join(args.work, 'regression.pt')
    print(f'{sum(p.numel() for p in synthesis.parameters()):,} parameters, {faces.training} faces', flush=True)
    losses = []

    def report(step, seconds):
        with torch.no_grad():
            picture, attributes = faces.batch(np.arange(faces.training, faces.training + 64))
            made = synthesis(mapping.of_attributes(attributes.to(args.device))[:, None].expand(-1, LAYERS, -1)).cpu()
        error = (made.clamp(-1, 1) - picture).abs().mean() / 2
        print(f'{seconds:.0f} s, step {step}: loss {np.mean(losses or [0]):.4f}, kept-out faces off by {error:.4f} of 1', flush=True)
        losses.clear()

    parts = {'synthesis': synthesis, 'mapping': mapping, 'optimiser': optimiser}
    for step, done in training(path, parts, args.minutes, report, args.device):
        rng = np.random.default_rng(step_seed(args.seed, step))
        torch.manual_seed(step_seed(args.seed, step))
        set_learning_rate(optimiser, args.lr * min(1, (step + 1) / 50) * falling(done, .4))
        picture, attributes = (t.to(args.device) for t in faces.batch(rng.integers(0, faces.training, args.batch)))
        w = mapping.of_attributes(attributes)
        w = (w + .05 * torch.randn(w.shape).to(w.device))[:, None].expand(-1, LAYERS, -1)
        with autocast(args.device):
            made = synthesis(w)
        loss = likeness_of_faces(made, picture)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(synthesis.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())


if __name__ == '__main__':
    main()
