"""Teaches the hint's sketch: from hint and text to the latents of the picture. Resumable; deterministic by --seed.

    python3 train_control.py --work DIR --data DIR/control [--minutes 12] [--device cpu|cuda]

Reads DIR/diffusion.pt (its sketch of the text alone) and the shards of build_hints.py, writes DIR/control/hint-sketch.pt (weights and their moving average). The last
five hundred scenes are kept out; the share of the latents' variance left unexplained there is printed by kind of hint.
"""
import argparse
import copy
import glob
import os
import sys

import numpy as np
import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
from common import autocast, falling, load, set_learning_rate, step_seed, training  # noqa: E402
from hints import KINDS, disturbed  # noqa: E402
from net_control import HintSketch  # noqa: E402
from nets import UNet  # noqa: E402

SIDE, KEPT_OUT = 128, 500


class Scenes:
    def __init__(self, folder):
        shards = [torch.load(p) for p in sorted(glob.glob(os.path.join(folder, 'shard-*.pt')))]
        self.latents, self.hints, self.pooled = (torch.cat([s[k] for s in shards]) for k in ('latents', 'hints', 'pooled'))
        self.training = len(self.latents) - KEPT_OUT

    def hint(self, i, kind):
        bits = np.unpackbits(self.hints[i].numpy()).reshape(len(KINDS), SIDE, SIDE)
        return bits[kind].astype(bool)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--data', required=True)
    parser.add_argument('--start', help='weights of an earlier hint sketch')
    parser.add_argument('--minutes', type=float, default=20, help='stop by then; the learning rate falls towards it')
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--lr', type=float, default=8e-4)
    parser.add_argument('--silent', type=float, default=.1, help='share of hints without any text, for guidance')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    scenes = Scenes(args.data)
    silence = load(os.path.join(args.data, 'silence.pt'))['pooled'].float()
    unet = UNet()
    unet.load_state_dict({k[5:]: v.float() for k, v in load(os.path.join(args.work, 'diffusion.pt'))['ema'].items() if k.startswith('unet.')})
    of_text = unet.sketch.to(args.device).eval().requires_grad_(False)
    net = HintSketch().to(args.device, memory_format=torch.channels_last)
    average = copy.deepcopy(net).requires_grad_(False)
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=.01)
    path = os.path.join(args.data, 'hint-sketch.pt')
    if args.start and not os.path.exists(path):
        net.load_state_dict({k: v for k, v in torch.load(args.start)['average'].items() if not k.startswith('out.')}, strict=False)
        average.load_state_dict(net.state_dict())
    print(f'{sum(p.numel() for p in net.parameters()):,} parameters, {scenes.training} scenes', flush=True)

    def batch(indices, kinds, rng=None):
        hints = np.stack([scenes.hint(i, k) if rng is None else disturbed(rng, scenes.hint(i, k)) for i, k in zip(indices, kinds)])
        said = rng.integers(0, 2, len(indices)) if rng is not None else np.zeros(len(indices), int)
        pooled = scenes.pooled[indices, said].float()
        if rng is not None:
            pooled[torch.from_numpy(rng.random(len(indices)) < args.silent)] = silence
        hint = torch.from_numpy(hints[:, None].astype(np.float32)).contiguous(memory_format=torch.channels_last)
        pooled = pooled.to(args.device)
        with torch.no_grad():
            plain = of_text(pooled[:, None])
        return (hint.to(args.device), pooled, plain), scenes.latents[indices].float().to(args.device)

    losses = []

    def report(step, seconds):
        left = {}
        apart = np.arange(scenes.training, scenes.training + 200)
        with torch.no_grad():
            for k, kind in enumerate(KINDS):
                given, latents = batch(apart, [k] * len(apart))
                left[kind] = round((((average(*given) - latents) ** 2).mean() / latents.var()).item(), 4)
        print(f'{seconds:.0f} s, step {step}: loss {np.mean(losses or [0]):.4f}, unexplained {left}', flush=True)
        losses.clear()

    parts = {'net': net, 'average': average, 'optimiser': optimiser}
    for step, done in training(path, parts, args.minutes, report, args.device):
        rng = np.random.default_rng(step_seed(args.seed, step))
        set_learning_rate(optimiser, args.lr * min(1, (step + 1) / 100) * falling(done, .3, .01))
        kinds = rng.choice(len(KINDS), args.batch, p=(.5, .2, .3))
        given, latents = batch(rng.integers(0, scenes.training, args.batch), kinds, rng)
        with autocast(args.device):
            made = net(*given)
        loss = ((made.float() - latents) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
        keep = min(.998, (step + 1) / (step + 21))
        with torch.no_grad():
            for a, b in zip(average.parameters(), net.parameters()):
                a.lerp_(b, 1 - keep)


if __name__ == '__main__':
    main()
