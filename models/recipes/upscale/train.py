"""Trains the enlarger on the pairs of build_pairs.py. Resumable: start it again and it goes on.

    OMP_NUM_THREADS=1 nice -n 15 python3 train.py --work DIR [--minutes 25]

Loss: mean absolute error of the pixels and of their differences; the second asks for edges as steep as the drawing's.
"""
import argparse
import math
import os
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from common import load, save, step_seed  # noqa: E402
from net import FACTOR, Enlarger  # noqa: E402

PATCH = 32  # pixels of the small version


def batch_of(rng, large, small, training, size, decoded_share):
    """small N,3,32,32 and large N,3,128,128 in [0,1], turned, mirrored and with colours exchanged."""
    inputs, targets = [], []
    while len(inputs) < size:
        i, kind = int(rng.integers(training)), int(rng.random() >= decoded_share)
        x, y = (int(rng.integers(0, small.shape[2] - PATCH + 1)) for _ in range(2))
        target = large[i, y * FACTOR:(y + PATCH) * FACTOR, x * FACTOR:(x + PATCH) * FACTOR]
        if target[::4, ::4].std(axis=(0, 1)).max() < 12 and rng.random() < .93:
            continue  # plain ground is learnt at once
        source = small[i, kind, y:y + PATCH, x:x + PATCH]
        turns, mirror, channels = int(rng.integers(4)), rng.random() < .5, rng.permutation(3)
        for patches, patch in ((inputs, source), (targets, target)):
            patch = np.rot90(patch[..., channels], turns)
            patches.append(np.ascontiguousarray(patch[:, ::-1] if mirror else patch))
    return [torch.from_numpy(np.stack(p)).permute(0, 3, 1, 2).float() / 255 for p in (inputs, targets)]


def loss_of(made, wanted):
    pixels = (made - wanted).abs().mean()
    across = (made.diff(dim=3) - wanted.diff(dim=3)).abs().mean()
    down = (made.diff(dim=2) - wanted.diff(dim=2)).abs().mean()
    return pixels + .5 * (across + down)


def psnr(a, b):
    return (-10 * torch.log10(((a - b) ** 2).mean(dim=(1, 2, 3)))).mean().item()


def measure(net, large, small, scenes):
    """Held-out scenes: PSNR of decoded and of crisp inputs, dB."""
    results = []
    for kind in (0, 1):
        with torch.no_grad():
            values = [psnr(net(torch.from_numpy(small[i:i + 1, kind]).permute(0, 3, 1, 2).float() / 255).clamp(0, 1),
                           torch.from_numpy(large[i:i + 1]).permute(0, 3, 1, 2).float() / 255) for i in scenes]
        results.append(float(np.mean(values)))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--steps', type=int, default=6000)
    parser.add_argument('--minutes', type=float, default=25, help='stop by then; the learning rate falls towards it')
    parser.add_argument('--batch', type=int, default=12)
    parser.add_argument('--lr', type=float, default=6e-4)
    parser.add_argument('--decoded', type=float, default=.6, help='share of inputs that went through the autoencoder')
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)

    large, small = (np.load(os.path.join(args.work, f'{name}.npy'), 'c') for name in ('large', 'small'))
    training = len(large) * 9 // 10
    probe = range(training, len(large), max(1, (len(large) - training) // 24))
    net = Enlarger().to(memory_format=torch.channels_last)
    average = {k: v.clone() for k, v in net.state_dict().items()}
    optimiser = torch.optim.Adam(net.parameters(), lr=args.lr, betas=(.9, .99))
    path = os.path.join(args.work, 'enlarger.pt')
    step, spent = 0, 0.0
    if saved := load(path):
        net.load_state_dict(saved['net'])
        optimiser.load_state_dict(saved['optimiser'])
        average, step, spent = saved['average'], saved['step'], saved['spent']
    print(f'{sum(p.numel() for p in net.parameters()):,} parameters, from step {step}', flush=True)

    begun, last, losses = time.time() - spent, time.time(), []
    while True:
        done = max(step / args.steps, (time.time() - begun) / (60 * args.minutes))
        over = done >= 1
        if over or time.time() - last > 120:
            last = time.time()
            save(path, net=net.state_dict(), optimiser=optimiser.state_dict(), average=average, step=step, spent=time.time() - begun)
            judge = Enlarger()
            judge.load_state_dict(average)
            decoded, crisp = measure(judge.eval(), large, small, probe)
            print(f'{time.time() - begun:.0f} s, step {step}: loss {np.mean(losses or [0]):.4f}, held out {decoded:.2f} dB decoded, {crisp:.2f} dB crisp', flush=True)
            losses = []
        if over:
            break
        rng = np.random.default_rng(step_seed(args.seed, step))
        for group in optimiser.param_groups:
            group['lr'] = args.lr * min(1, (step + 1) / 100) * max(.01, .5 + .5 * math.cos(math.pi * min(1, done)))
        inputs, targets = batch_of(rng, large, small, training, args.batch, args.decoded)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            made = net(inputs.to(memory_format=torch.channels_last))
        loss = loss_of(made.float(), targets)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), .5)
        optimiser.step()
        losses.append(loss.item())
        step += 1
        keep = min(.998, step / (step + 20))
        for key, value in net.state_dict().items():
            average[key].mul_(keep).add_(value.detach().float(), alpha=1 - keep)


if __name__ == '__main__':
    main()
