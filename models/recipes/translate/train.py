"""Trains both translators and both judges, unpaired. Resumable; deterministic by --seed.

    python3 train.py --work DIR [--minutes 100] [--device cpu|cuda] [--look FILE]

Reads DIR/icons.* (build_icons.mjs), writes DIR/translate.pt. Loss: least squares (Mao et al. 2017) on patches, cycle and
identity (Zhu et al. 2017, eq. 3 and section 5.2), judges shown earlier answers too (Shrivastava et al. 2017). The way
from shaded to flat and back weighs less: many shaded icons have one flat one. Held-out icons are measured at every save; only
there two icons of one name are compared.
"""
import argparse
import copy
import os
import sys

import numpy as np
import torch
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
from common import autocast, set_learning_rate, step_seed, training  # noqa: E402
from net import Judge, Translator  # noqa: E402
from pictures import MANNERS, Pictures  # noqa: E402

SIDE, EARLIER = 64, 48


def other(manner):
    return MANNERS[1 - MANNERS.index(manner)]


def wanted(verdicts, value):
    return sum((v - value).square().mean() for v in verdicts) / len(verdicts)


def shading(picture):
    """How much of a picture is neither plain nor edge: slopes, those of more than a twentieth of the range counting alike (an L0
    norm made continuous, Xu et al. 2011)."""
    return sum((picture.diff(dim=d).abs() / .1).clamp(max=1).mean() for d in (2, 3))


def with_earlier(rng, made, kept):
    """Half of what the judge sees was made some steps ago."""
    out = []
    for picture in made:
        if len(kept) < EARLIER:
            kept.append(picture)
            out.append(picture)
        elif rng.random() < .5:
            i = int(rng.integers(EARLIER))
            out.append(kept[i])
            kept[i] = picture
        else:
            out.append(picture)
    return torch.stack(out)


def measure(average, shaded, flat):
    """Mean absolute errors of 2: round trips; and to the icon of the same name, after and before translating."""
    with torch.no_grad():
        to_flat, to_shaded = (average[m](x) for m, x in (('flat', shaded), ('shaded', flat)))
        cycle = [(average['shaded'](to_flat) - shaded).abs().mean(), (average['flat'](to_shaded) - flat).abs().mean()]
        twin = [(to_flat.clamp(-1, 1) - flat).abs().mean(), (to_shaded.clamp(-1, 1) - shaded).abs().mean(), (shaded - flat).abs().mean()]
    return [v.item() for v in cycle + twin], (to_flat, to_shaded)


def look(path, shaded, flat, to_flat, to_shaded):
    rows = [torch.cat(list(x[:12]), 2) for x in (shaded, to_flat, flat, to_shaded)]
    picture = ((torch.cat(rows, 1).clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(picture).save(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--minutes', type=float, default=100, help='stop by then; the learning rate falls over the second half')
    parser.add_argument('--batch', type=int, default=4)
    parser.add_argument('--lr', type=float, default=8e-4)
    parser.add_argument('--judge-lr', type=float, default=4e-4)
    parser.add_argument('--cycle', type=float, default=3.0, help='weight of the way from flat to shaded and back')
    parser.add_argument('--identity', type=float, default=1.0)
    parser.add_argument('--loose', type=float, default=.5, help='weight of the way from shaded to flat and back')
    parser.add_argument('--smooth', type=float, default=0.0, help='weight of the shading left in what was made flat')
    parser.add_argument('--start', help='translate.pt of an earlier run to begin from; then no --lesson')
    parser.add_argument('--lesson', type=int, default=250, help='steps in which the judges alone learn to tell the manners apart')
    parser.add_argument('--look', help='a PNG of held-out icons, written anew at every save')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    pictures = Pictures(args.work)
    makers = {m: Translator(m == 'flat').to(args.device, memory_format=torch.channels_last) for m in MANNERS}  # by what they lead to
    judges = {m: Judge().to(args.device, memory_format=torch.channels_last) for m in MANNERS}
    if args.start:
        given = torch.load(args.start, map_location=args.device)
        for m in MANNERS:
            makers[m].load_state_dict(given[f'average_{m}'])
            judges[m].load_state_dict(given[f'judge_{m}'])
    lesson = 0 if args.start else args.lesson
    average = {m: copy.deepcopy(net) for m, net in makers.items()}
    making = torch.optim.Adam([p for net in makers.values() for p in net.parameters()], lr=args.lr, betas=(.5, .99))
    judging = torch.optim.Adam([p for net in judges.values() for p in net.parameters()], lr=args.judge_lr, betas=(.5, .99))
    parts = {**{f'maker_{m}': n for m, n in makers.items()}, **{f'judge_{m}': n for m, n in judges.items()},
             **{f'average_{m}': n for m, n in average.items()}, 'making': making, 'judging': judging}
    earlier, alike = {m: [] for m in MANNERS}, max(1, args.batch // 4)
    path = os.path.join(args.work, 'translate.pt')
    unseen = pictures.unseen()
    probe = [x.to(args.device) for x in pictures.pairs(unseen[::max(1, len(unseen) // 48)][:48], SIDE)]
    print(f'{sum(p.numel() for p in makers["flat"].parameters()):,} parameters each way, {[len(v) for v in pictures.known.values()]} icons, '
          f'{len(unseen)} names held out', flush=True)
    notes = []

    def report(step, seconds):
        figures, answers = measure(average, *probe)
        if args.look:
            look(args.look, *probe, *answers)
        means = np.mean(notes or [[0] * 5], 0)
        print(f'{seconds:.0f} s, step {step}: fooled {means[0]:.3f} {means[1]:.3f}, judged {means[2]:.3f}, cycle {means[3]:.4f}, '
              f'identity {means[4]:.4f}; held out: cycle {figures[0]:.4f} {figures[1]:.4f}, to its namesake flat {figures[2]:.4f}, '
              f'shaded {figures[3]:.4f}, untouched {figures[4]:.4f}', flush=True)
        notes.clear()

    for step, done in training(path, parts, args.minutes, report, args.device, every=150, earlier=earlier):
        rng = np.random.default_rng(step_seed(args.seed, step))
        fall = max(.02, 1 if done < .5 else 2 - 2 * done)
        for optimiser, lr in ((making, args.lr), (judging, args.judge_lr)):
            set_learning_rate(optimiser, lr * min(1, (step + 1) / 100) * fall)
        size = args.batch * (3 if step < lesson else 1)
        real = {m: pictures.batch(rng, m, size, SIDE).to(args.device, memory_format=torch.channels_last) for m in MANNERS}

        if step < lesson:
            loss_judged = sum(.5 * (wanted(judges[m](real[m]), 1) + wanted(judges[m](real[other(m)]), 0)) for m in MANNERS)
            judging.zero_grad()
            loss_judged.backward()
            judging.step()
            notes.append([0, 0, loss_judged.item() / 2, 0, 0])
            continue

        for net in judges.values():
            net.requires_grad_(False)
        with autocast(args.device):
            # What has the manner already rides along in the same batch: it has to stay as it is.
            both = {m: makers[m](torch.cat([real[other(m)], real[m][:alike]])) for m in MANNERS}
            made, same = ({m: both[m][part] for m in MANNERS} for part in (slice(args.batch), slice(args.batch, None)))
            again = {m: makers[m](made[other(m)]) for m in MANNERS}
        fooled = {m: wanted(judges[m](made[m]), 1) for m in MANNERS}
        cycle = {m: (again[m] - real[m]).abs().mean() for m in MANNERS}
        identity = sum((same[m] - real[m][:alike]).abs().mean() for m in MANNERS)
        over = sum((made[m].abs() - 1).clamp_min(0).mean() for m in MANNERS)
        loss = (sum(fooled.values()) + args.loose * cycle['shaded'] + args.cycle * cycle['flat'] + args.identity * identity
                + args.smooth * shading(made['flat']) + 10 * over)
        making.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for net in makers.values() for p in net.parameters()], 2.0)
        making.step()

        for net in judges.values():
            net.requires_grad_(True)
        loss_judged = 0
        for m in MANNERS:
            shown = with_earlier(rng, made[m].detach(), earlier[m])
            on_real, on_made = judges[m](real[m]), judges[m](shown.contiguous(memory_format=torch.channels_last))
            loss_judged = loss_judged + .5 * (wanted(on_real, 1) + wanted(on_made, 0))
        judging.zero_grad()
        loss_judged.backward()
        judging.step()

        keep = min(.995, (step + 1) / (step + 21))
        with torch.no_grad():
            for m in MANNERS:
                for a, b in zip(average[m].parameters(), makers[m].parameters()):
                    a.lerp_(b, 1 - keep)
        notes.append([fooled['flat'].item(), fooled['shaded'].item(), loss_judged.item() / 2, sum(cycle.values()).item() / 2, identity.item() / 2])


if __name__ == '__main__':
    main()
