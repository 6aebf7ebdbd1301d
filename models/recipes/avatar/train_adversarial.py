"""Second stage: adversarial training from the regression's weights, with R1 and an anchor. Resumable; deterministic by --seed.

    python3 train_adversarial.py --work DIR [--minutes 30] [--device cpu|cuda]

Reads DIR/faces.* and DIR/regression.pt, writes DIR/adversarial.pt. Loss: non-saturating logistic (Goodfellow et al.
2014) with R1 on real pictures every sixteenth step (Mescheder et al. 2018, Karras et al. 2020). The anchor, the
regression's own loss on faces with known attributes, keeps each attribute's place in w while the discriminator asks for
clean drawings of everything in between. Per-layer noise starts with strength 0.
"""
import argparse
import copy
import math
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))
sys.path.insert(0, HERE)
from common import autocast, load, save, step_seed  # noqa: E402
from faces import Faces  # noqa: E402
from net import LAYERS, NOISE, Discriminator, Synthesis  # noqa: E402
from train_regression import likeness  # noqa: E402

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
    parser.add_argument('--lr', type=float, default=3e-4)
    parser.add_argument('--judge-lr', type=float, default=1e-3)
    parser.add_argument('--r1', type=float, default=.3)
    parser.add_argument('--anchor', type=float, default=10.0)
    parser.add_argument('--mixing', type=float, default=.2)
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
    for net in (synthesis, mapping, judge):
        net.to(args.device)
    synthesis.to(memory_format=torch.channels_last)
    judge.to(memory_format=torch.channels_last)
    makers = [*synthesis.parameters(), *mapping.parameters()]
    for_making = torch.optim.Adam(makers, lr=args.lr, betas=(0, .99))
    for_judging = torch.optim.Adam(judge.parameters(), lr=args.judge_lr, betas=(0, .99))
    average = copy.deepcopy(synthesis), copy.deepcopy(mapping)
    path = os.path.join(args.work, 'adversarial.pt')
    step, spent = 0, 0.0
    parts = {'synthesis': synthesis, 'mapping': mapping, 'judge': judge, 'for_making': for_making, 'for_judging': for_judging,
             'average_synthesis': average[0], 'average_mapping': average[1]}
    if saved := load(path, args.device):
        for name, part in parts.items():
            part.load_state_dict(saved[name])
        step, spent = saved['step'], saved['spent']
    print(f'{sum(p.numel() for p in judge.parameters()):,} parameters judge; from step {step}', flush=True)

    begun, last, notes = time.time() - spent, time.time(), []
    while True:
        done = (time.time() - begun) / (60 * args.minutes)
        if done >= 1 or time.time() - last > 120:
            last = time.time()
            save(path, step=step, spent=time.time() - begun, **{name: part.state_dict() for name, part in parts.items()})
            means = np.mean(notes or [[0] * 5], 0)
            strength = [round(layer.noise_strength.item(), 3) for layer in synthesis.layers]
            print(f'{time.time() - begun:.0f} s, step {step}: real {means[0]:.2f}, made {means[1]:.2f}, anchor {means[2]:.4f}, '
                  f'r1 {means[3]:.3f}, noise {strength}', flush=True)
            notes = []
            if done >= 1:
                break
        rng = np.random.default_rng(step_seed(args.seed, step))
        torch.manual_seed(step_seed(args.seed, step))
        for optimiser in (for_making, for_judging):
            warm = min(1, (step + 1) / (20 if optimiser is for_judging else 150))  # the judge learns before the maker moves far
            for group in optimiser.param_groups:
                group['lr'] = (args.judge_lr if optimiser is for_judging else args.lr) * warm * max(.05, 1 if done < .5 else .5 + .5 * math.cos(math.pi * min(1, (done - .5) / .5)))
        real, attributes = (t.to(args.device) for t in faces.batch(rng.integers(0, faces.training, args.batch)))
        real = real.to(memory_format=torch.channels_last)

        w = styles_of(mapping, args.batch, args.mixing, args.device)
        with autocast(args.device):
            made = synthesis(w, torch.randn(args.batch, NOISE).to(args.device))
            on_made, on_real = judge(made.detach()), judge(real)
        judging = F.softplus(on_made).mean() + F.softplus(-on_real).mean()
        slope = torch.zeros(())
        if step % R1_EVERY == 0:
            seen = real.detach().float().requires_grad_()
            gradient, = torch.autograd.grad(judge(seen).sum(), seen, create_graph=True)
            slope = gradient.square().sum((1, 2, 3)).mean()
            judging = judging + args.r1 / 2 * R1_EVERY * slope
        for_judging.zero_grad()
        judging.backward()
        for_judging.step()

        for p in judge.parameters():
            p.requires_grad_(False)
        half = args.batch // 2
        known = mapping.of_attributes(attributes[:half])[:, None].expand(-1, LAYERS, -1)
        with autocast(args.device):
            verdict = judge(made)
            remembered = synthesis(known, torch.randn(half, NOISE).to(args.device))
        anchor = likeness(remembered, real[:half])
        making = F.softplus(-verdict).mean() + args.anchor * anchor
        for_making.zero_grad()
        making.backward()
        torch.nn.utils.clip_grad_norm_(makers, 5.0)
        for_making.step()
        for p in judge.parameters():
            p.requires_grad_(True)

        step += 1
        keep = min(.998, step / (step + 20))
        with torch.no_grad():
            for kept, now in zip(average, (synthesis, mapping)):
                for a, b in zip(kept.parameters(), now.parameters()):
                    a.lerp_(b, 1 - keep)
        notes.append([on_real.mean().item(), on_made.mean().item(), anchor.item(), slope.item() if step % R1_EVERY == 1 else 0, 0])


if __name__ == '__main__':
    main()
