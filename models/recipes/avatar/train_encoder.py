"""Trains the net that reads the attributes off a face: projection onto w, and the judge of edits. Resumable.

    python3 train_encoder.py --work DIR [--minutes 6] [--device cpu|cuda]

Reads DIR/faces.*, writes DIR/encoder.pt; prints how often each attribute of kept-out faces is read rightly. Pictures
are shifted, blurred and made noisy, so that made faces are read as well as drawn ones.
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
from net import Encoder  # noqa: E402


def disturbed(rng, picture):
    """A little blur, noise, another brightness, and up to three pixels to the side."""
    if rng.random() < .5:
        small = int(rng.choice([48, 64, 80, 96]))
        picture = F.interpolate(F.interpolate(picture, small, mode='bilinear', antialias=True), picture.shape[2:], mode='bilinear')
    dx, dy = (int(v) for v in rng.integers(-3, 4, 2))
    picture = torch.roll(F.pad(picture, (3, 3, 3, 3), mode='replicate'), (dy, dx), (2, 3))[..., 3:-3, 3:-3]
    return picture * rng.uniform(.9, 1.1) + torch.randn(picture.shape) * rng.uniform(0, .08)


def rates(net, faces, device):
    net.eval()
    picture, attributes = faces.batch(np.arange(faces.training, len(faces.pictures)))
    with torch.no_grad():
        logits = torch.cat([net(p.to(device)).float().cpu() for p in picture.split(100)])
    net.train()
    guesses = torch.stack([block.argmax(1) for block in logits.split(faces.cards, 1)], 1)
    return (guesses == attributes).float().mean(0).tolist()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--minutes', type=float, default=6)
    parser.add_argument('--batch', type=int, default=48)
    parser.add_argument('--lr', type=float, default=2e-3)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    faces = Faces(args.work)
    net = Encoder(faces.cards).to(args.device, memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(net.parameters(), lr=args.lr)
    path = os.path.join(args.work, 'encoder.pt')
    losses = []

    def report(step, seconds):
        right = rates(net, faces, args.device)
        print(f'{seconds:.0f} s, step {step}: loss {np.mean(losses or [0]):.3f}, read rightly',
              {n: round(r, 3) for n, r in zip(faces.names, right)}, flush=True)
        losses.clear()

    for step, done in training(path, {'net': net, 'optimiser': optimiser}, args.minutes, report, args.device):
        rng = np.random.default_rng(step_seed(args.seed, step))
        torch.manual_seed(step_seed(args.seed, step))
        set_learning_rate(optimiser, args.lr * min(1, (step + 1) / 50) * falling(done, 0, .01))
        picture, attributes = faces.batch(rng.integers(0, faces.training, args.batch))
        picture = disturbed(rng, picture).to(args.device, memory_format=torch.channels_last)
        with autocast(args.device):
            logits = net(picture)
        blocks = logits.float().split(faces.cards, 1)
        loss = sum(F.cross_entropy(b, attributes[:, i].to(args.device)) for i, b in enumerate(blocks)) / len(blocks)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())


if __name__ == '__main__':
    main()
