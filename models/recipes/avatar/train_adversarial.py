"""Second stage: adversarial training from the regression's weights, with R1 and an anchor. Resumable; deterministic by --seed.

    python3 train_adversarial.py --work DIR [--minutes 30] [--device cpu|cuda]

Reads DIR/faces.* and DIR/regression.pt, writes DIR/adversarial.pt. Loss: non-saturating logistic (Goodfellow et al.
2014) with R1 on real pictures every sixteenth step (Mescheder et al. 2018, Karras et al. 2020). The anchor, the
regression's own loss on faces with known attributes, keeps each attribute's place in w while the discriminator asks for
clean drawings of everything in between. Per-layer noise starts with strength 0.
"""
import argparse
import copy
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
from net import LAYERS, NOISE, Discriminator, Synthesis  # noqa: E402
from train_regression import likeness_of_faces  # noqa: E402

R1_EVERY = 16


def styles_of(mapping, size, mixing, device):
    """w N,12,128 of random z; a share of them takes its later layers from a second z (style mixing)."""
    z = torch.randn(2 * size, sum(mapping.cards)).to(device)
    w, other = mapping(z).split(size)
    cut = torch.randint(2, LAYERS, (size,)).to(device)
    cut[torch.rand(size).to(device) > mixing] = LAYERS
    late = torch.arange(LAYERS, device=device)[None] >= cut[:, None]
    return torch.where(late[:, :, None], other[:, None], w[:, None])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--minutes', type=float, default=30, help='stop by then; the learning rate falls towards it')
    parser.add_argument('--batch', type=int, default=8)
    parser.add_argument('--lr', type=float, default=2e-4)
    parser.add_argument('--judge-lr', type=float, default=2e-4)
    parser.add_argument('--r1', type=float, default=.5)
    parser.add_argument('--anchor', type=float, default=10.0)
    parser.add_argument('--mixing', type=float, default=.2)
    parser.add_argument('--judge', help='adversarial.pt of an earlier run whose judge to begin with')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    faces = Faces(args.work)
    synthesis, mapping, judge = Synthesis(), faces.mapping(), Discriminator()
    first = torch.load(os.path.join(args.work, 'regression.pt'), map_location='cpu')
    synthesis.load_state_dict(first['synthesis'])
    mapping.load_state_dict(first['mapping'])
    if args.judge:
        judge.load_state_dict(torch.load(args.judge, map_location='cpu')['judge'])
    for net in (synthesis, mapping, judge):
        net.to(args.device)
    synthesis.to(memory_format=torch.channels_last)
    judge.to(memory_format=torch.channels_last)
    makers = [*synthesis.parameters(), *mapping.parameters()]
    for_making = torch.optim.Adam(makers, lr=args.lr, betas=(0, .99))
    for_judging = torch.optim.Adam(judge.parameters(), lr=args.judge_lr, betas=(0, .99))
    average = copy.deepcopy(synthesis), copy.deepcopy(mapping)
    path = os.path.join(args.work, 'adversarial.pt')
    parts = {'synthesis': synthesis, 'mapping': mapping, 'judge': judge, 'for_making': for_making, 'for_judging': for_judging,
             'average_synthesis': average[0], 'average_mapping': average[1]}
    print(f'{sum(p.numel() for p in judge.parameters()):,} parameters judge', flush=True)
    notes, slopes = [], []

    def report(step, seconds):
        means = np.mean(notes or [[0] * 3], 0)
        strength = [round(layer.noise_strength.item(), 3) for layer in synthesis.layers]
        print(f'{seconds:.0f} s, step {step}: real {means[0]:.2f}, made {means[1]:.2f}, anchor {means[2]:.4f}, '
              f'slope {np.mean(slopes or [0]):.3f}, noise {strength}', flush=True)
        notes.clear()
        slopes.clear()

    for step, done in training(path, parts, args.minutes, report, args.device):
        rng = np.random.default_rng(step_seed(args.seed, step))
        torch.manual_seed(step_seed(args.seed, step))
        # A new judge learns before the maker moves far.
        for optimiser, lr, warm in ((for_judging, args.judge_lr, 20), (for_making, args.lr, 100 if args.judge else 600)):
            set_learning_rate(optimiser, lr * min(1, (step + 1) / warm) * falling(done, .5, .05))
        real, attributes = (t.to(args.device) for t in faces.batch(rng.integers(0, faces.training, args.batch)))
        real = real.to(memory_format=torch.channels_last)

        w = styles_of(mapping, args.batch, args.mixing, args.device)
        with autocast(args.device):
            made = synthesis(w, torch.randn(args.batch, NOISE).to(args.device))
            on_made, on_real = judge(made.detach()), judge(real)
        judging = F.softplus(on_made).mean() + F.softplus(-on_real).mean()
        if step % R1_EVERY == 0:
            seen = real.detach().float().requires_grad_()
            gradient, = torch.autograd.grad(judge(seen).sum(), seen, create_graph=True)
            slope = gradient.square().sum((1, 2, 3)).mean()
            judging = judging + args.r1 / 2 * R1_EVERY * slope
            slopes.append(slope.item())
        for_judging.zero_grad()
        judging.backward()
        torch.nn.utils.clip_grad_norm_(judge.parameters(), 20.0)
        for_judging.step()

        for p in judge.parameters():
            p.requires_grad_(False)
        half = args.batch // 2
        known = mapping.of_attributes(attributes[:half])[:, None].expand(-1, LAYERS, -1)
        with autocast(args.device):
            verdict = judge(made)
            remembered = synthesis(known, torch.randn(half, NOISE).to(args.device))
        anchor = likeness_of_faces(remembered, real[:half])
        making = F.softplus(-verdict).mean() + args.anchor * anchor
        for_making.zero_grad()
        making.backward()
        torch.nn.utils.clip_grad_norm_(makers, 5.0)
        for_making.step()
        for p in judge.parameters():
            p.requires_grad_(True)

        keep = min(.998, (step + 1) / (step + 21))
        with torch.no_grad():
            for kept, now in zip(average, (synthesis, mapping)):
                for a, b in zip(kept.parameters(), now.parameters()):
                    a.lerp_(b, 1 - keep)
        notes.append([on_real.mean().item(), on_made.mean().item(), anchor.item()])


if __name__ == '__main__':
    main()
