"""Teaches sticker-diffusion to draw in 4 steps, without guidance, what it draws in 20 with it. Resumable; deterministic by --seed.

    python3 train_lcm.py --work DIR --data DIR/lcm [--minutes 45] [--device cpu|cuda]

Multistep consistency distillation (Heek et al. 2024, with 4 parts; Song et al. 2023 is the same with one): wherever the model
is within a part of the walk, it learns the velocity that leads to the part's end in one step. The ends are read from walks
that build_walks.py kept, so no teacher runs here. The walk has no chance in it, so a seed keeps its picture, which an LCM
that adds noise anew in each step (Luo et al. 2023) gives up. What is learnt is a LoRA of all layers of the UNet but the sketch's.
Writes DATA/lcm.pt (the changes, their moving average); prints losses on walks kept out, and how far from the long walk's end
short ones end: the share of the latents' variance, beside that of the model as it was, 4 steps, with and without guidance.
"""
import argparse
import copy
import glob
import os
import sys

import torch
import torch.nn as nn

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
from common import autocast, falling, set_learning_rate, step_seed, training  # noqa: E402
from low_rank import add_low_rank  # noqa: E402
from sampling import Sampler  # noqa: E402
from walking import GUIDANCE, LONG, SHORT, STRIDE, angle, rotate, timesteps, velocity_between  # noqa: E402

KEPT_OUT = 50


class Walks:
    """All shards in memory; the first walks are kept out."""

    def __init__(self, folder):
        self.folder, self.files, self.ids, self.walks = folder, [], [], []
        self.refresh()

    def refresh(self):
        new = [f for f in sorted(glob.glob(os.path.join(self.folder, 'walks-*.pt'))) if f not in self.files]
        shards = [torch.load(f) for f in new]
        if new:
            self.files += new
            self.ids = torch.cat([*([self.ids] if len(self.ids) else []), *(s['ids'].long() for s in shards)])
            self.walks = torch.cat([*([self.walks] if len(self.walks) else []), *(s['walks'] for s in shards)])
            print(f'{len(self.walks)} walks', flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--data', required=True)
    parser.add_argument('--text', default='text-fillers.pt', help='the text encoder in DIR that is shipped')
    parser.add_argument('--minutes', type=float, default=60, help='stop by then; the learning rate falls towards it')
    parser.add_argument('--rank', type=int, default=32)
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--lr', type=float, default=1.5e-3)
    parser.add_argument('--within', type=float, default=.15, help='share of lessons that begin anywhere, not at the 4 beginnings')
    parser.add_argument('--own', type=float, default=.25, help='share of batches that follow the own short walk, from noise to the end')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    device = args.device
    sampler = Sampler(args.work, device, args.text)
    text, unet, alphas = sampler.text, sampler.unet.to(memory_format=torch.channels_last), sampler.alphas
    walks = Walks(args.data)
    silence = torch.tensor([sampler.tokenizer.encode('')], device=device)
    times = timesteps(LONG)
    angles = torch.stack([angle(alphas, t) for t in times])
    when = torch.tensor([float(t) for t in times[:-1]], device=device)

    def velocity(x, at, words):
        with autocast(device):
            return unet(x.contiguous(memory_format=torch.channels_last), when[at], words).float()

    @torch.no_grad()
    def short_walk(x, words, guidance=None):
        for k in range(0, LONG, STRIDE):
            at = torch.full((len(x),), k, device=device)
            if guidance is None:
                v = velocity(x, at, words)
            else:
                without, towards = velocity(torch.cat([x, x]), torch.cat([at, at]), torch.cat([text(silence).expand_as(words), words])).chunk(2)
                v = without + guidance * (towards - without)
            x = rotate(alphas, x, v, times[k], times[k + STRIDE])
        return x

    apart, apart_words = walks.walks[:KEPT_OUT].float().to(device), text(walks.ids[:KEPT_OUT].to(device)).detach()

    def amiss(x):
        return round(((x - apart[:, -1]) ** 2).mean().item() / apart[:, -1].var().item(), 4)

    print(f'{SHORT} steps before: with guidance {amiss(short_walk(apart[:, 0], apart_words, GUIDANCE))}, '
          f'without {amiss(short_walk(apart[:, 0], apart_words))} from the long walk\'s end', flush=True)
    changes = add_low_rank(unet, args.rank, except_in='sketch.')
    net = nn.ModuleDict({path.replace('.', '_'): change for path, change in changes.items()}).to(device)
    average = copy.deepcopy(net).requires_grad_(False)
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.lr, betas=(.9, .98), weight_decay=0.)
    print(f'{len(changes)} layers, {sum(p.numel() for p in net.parameters()):,} parameters', flush=True)
    losses = []

    @torch.no_grad()
    def report(step, seconds):
        kept = [p.clone() for p in net.parameters()]
        for p, a in zip(net.parameters(), average.parameters()):
            p.copy_(a)
        parts = []
        for k in range(0, LONG, STRIDE):
            wanted = velocity_between(apart[:, k], apart[:, k + STRIDE], angles[k] - angles[k + STRIDE])
            parts.append(round(((velocity(apart[:, k], torch.full((KEPT_OUT,), k, device=device), apart_words) - wanted) ** 2).mean().item(), 4))
        print(f'{seconds:.0f} s, step {step}: loss {sum(losses) / max(1, len(losses)):.4f}; kept out, by part {parts}, '
              f'4 steps {amiss(short_walk(apart[:, 0], apart_words))}', flush=True)
        for p, k in zip(net.parameters(), kept):
            p.copy_(k)
        losses.clear()
        walks.refresh()

    def learn(x, at, end, there, words, share):
        by = (angles[at] - angles[end])[:, None, None, None]
        made = velocity(x, at, words)
        loss = ((made - velocity_between(x, there, by)) ** 2).mean()
        (loss * share).backward()
        losses.append(loss.item())
        return by.cos() * x - by.sin() * made.detach()

    parts = {'net': net, 'average': average, 'optimiser': optimiser}
    for step, done in training(os.path.join(args.data, 'lcm.pt'), parts, args.minutes, report, device):
        rng = torch.Generator().manual_seed(step_seed(args.seed, step))
        set_learning_rate(optimiser, args.lr * min(1, (step + 1) / 50) * falling(done, .3, .01))
        own = torch.rand((), generator=rng).item() < args.own
        i = torch.randint(KEPT_OUT, len(walks.walks), (args.batch // SHORT if own else args.batch,), generator=rng)
        with torch.no_grad():
            words = text(walks.ids[i].to(device))
        taken = walks.walks[i]
        optimiser.zero_grad(set_to_none=True)
        if own:
            x = taken[:, 0].float().to(device)
            for k in range(0, LONG, STRIDE):
                at = torch.full((len(i),), k, device=device)
                x = learn(x, at, at + STRIDE, taken[:, k + STRIDE].float().to(device), words, 1 / SHORT)
        else:
            anywhere = torch.rand(args.batch, generator=rng) < args.within
            at = torch.randint(LONG, (args.batch,), generator=rng)
            at = torch.where(anywhere, at, at - at % STRIDE)
            end = at - at % STRIDE + STRIDE
            rows = torch.arange(args.batch)
            learn(taken[rows, at].float().to(device), at.to(device), end.to(device), taken[rows, end].float().to(device), words, 1)
        nn.utils.clip_grad_norm_(net.parameters(), 1.)
        optimiser.step()
        keep = min(.995, (step + 1) / (step + 21))
        with torch.no_grad():
            for a, p in zip(average.parameters(), net.parameters()):
                a.lerp_(p, 1 - keep)


if __name__ == '__main__':
    main()
