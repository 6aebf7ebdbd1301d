"""Trains one painter for one style picture. Resumable; deterministic by --seed.

    python3 train_brush.py --style mosaic --work DIR --any DIR/any.pt --features DIR --sprites DIR [--photographs DIR] [--minutes 8]

Begins from the decoder of train_any.py. Reads the feature net's checkpoint (../features/train.py), writes DIR/STYLE.pt. Loss: relu4_1 of the content and its
light and shade; Gram matrices and mean activations of the style, in each quarter of the crop, so that no part stays
bare; colours (also of the picture a quarter the size: large patches, not only fine ones); total variation.
"""
import argparse
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'features'), os.path.join(HERE, '..')]
from common import autocast, falling, set_learning_rate, step_seed, training  # noqa: E402
from contents import Contents  # noqa: E402
from gatys import STYLE, gram, grams_of, style_loss, with_one  # noqa: E402
from features import trained_features  # noqa: E402
from net_brush import Brush  # noqa: E402
from pictures import as_tensor  # noqa: E402
from styles import STYLES, style_picture  # noqa: E402

SIDE = 128


def small_colours(picture):
    return gram(with_one(F.avg_pool2d(picture, 4)))


def light(picture, size):
    """Brightness in cells of size x size pixels: N,h,w."""
    return F.avg_pool2d((picture * picture.new_tensor([.299, .587, .114])[None, :, None, None]).sum(1), size)


def shade_lost(painted, content, size):
    """1 - correlation of light and shade, where there is any: contrast and colours are the style's to choose."""
    a, b = (light(p, size).flatten(1) for p in (painted, content))
    a, b = a - a.mean(1, keepdim=True), b - b.mean(1, keepdim=True)
    correlation = (a * b).mean(1) / (a.square().mean(1) * b.square().mean(1) + 1e-6).sqrt()
    weight = (b.square().mean(1).sqrt() / .2).clamp(max=1)
    return (weight * (1 - correlation)).mean()


def squashed(maps):
    """Activations in [0,1): a few glaring spots cannot stand in for a surface."""
    return {k: v / (1 + v) for k, v in maps.items()}


def quarters(maps):
    """N,C,H,W -> 4N,C,H/2,W/2"""
    return torch.cat([half for rows in maps.chunk(2, 2) for half in rows.chunk(2, 3)])


def mean_loss(maps, wanted):
    """Relative squared error of the channels' mean activations."""
    losses = [(maps[k].mean((2, 3)) - m).square().mean() / m.square().mean() for k, m in wanted.items()]
    return sum(losses)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--style', required=True, choices=sorted(STYLES))
    parser.add_argument('--work', required=True)
    parser.add_argument('--features', required=True, help='the working folder of ../features')
    parser.add_argument('--sprites', required=True)
    parser.add_argument('--photographs')
    parser.add_argument('--minutes', type=float, default=8, help='stop by then; the learning rate falls towards it')
    parser.add_argument('--batch', type=int, default=2)
    parser.add_argument('--lr', type=float, default=1e-3)
    parser.add_argument('--style-weight', type=float, default=6.0)
    parser.add_argument('--content-weight', type=float, default=8.0)
    parser.add_argument('--shade', type=float, default=6.0)
    parser.add_argument('--tv', type=float, default=.6)
    parser.add_argument('--any', required=True, help='the checkpoint of train_any.py')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    os.makedirs(args.work, exist_ok=True)

    plain = trained_features(args.features, padding='zeros').to(args.device, memory_format=torch.channels_last)
    contents = Contents(args.sprites, args.photographs)
    style = as_tensor(style_picture(args.style)[None]).to(args.device)
    with torch.no_grad():
        of_style = squashed(plain(style, last='4_1'))
        wanted, wanted_small = grams_of(style, of_style), small_colours(style)
        wanted_means = {f'relu{k}': of_style[f'relu{k}'].mean((2, 3)) for k in STYLE}

    painter = Brush(plain, style).to(args.device, memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(painter.decoder.parameters(), lr=args.lr)
    path = os.path.join(args.work, f'{args.style}.pt')
    if not os.path.exists(path):
        painter.decoder.load_state_dict(torch.load(args.any, map_location=args.device)['decoder'])
    print(f'{args.style}: {sum(p.numel() for p in painter.decoder.parameters()):,} parameters', flush=True)
    notes = []

    def report(step, seconds):
        means = np.mean(notes or [[0] * 4], 0)
        print(f'{seconds:.0f} s, step {step}: content {means[0]:.3f}, style {means[1]:.3f}, colours {means[2]:.4f}, shade lost {means[3]:.3f}', flush=True)
        notes.clear()

    for step, done in training(path, {'decoder': painter.decoder, 'optimiser': optimiser}, args.minutes, report, args.device):
        rng = np.random.default_rng(step_seed(args.seed, step))
        set_learning_rate(optimiser, args.lr * min(1, (step + 1) / 30) * falling(done, .4))
        content = as_tensor(contents.batch(rng, args.batch, SIDE)).to(args.device, memory_format=torch.channels_last)
        with autocast(args.device):
            painted = painter(content)
            with torch.no_grad():
                before = plain(content, last='4_1')
            after = plain(painted.contiguous(memory_format=torch.channels_last), last='4_1')
        before, after = (squashed({k: v.float() for k, v in maps.items()}) for maps in (before, after))
        kept = F.mse_loss(after['relu4_1'], before['relu4_1'])
        shade = shade_lost(painted, content, 4) + shade_lost(painted, content, 12)
        pieces = {k: quarters(v) for k, v in after.items()}
        # Colours may differ from crop to crop as they do within the style picture; a batch has them between them.
        grams = [grams_of(painted, after)[0].mean(0, keepdim=True).expand(len(pieces['relu1_1']), -1, -1), *grams_of(painted, pieces)[1:]]
        styled = style_loss(grams, wanted).mean() + mean_loss(pieces, wanted_means)
        small = small_colours(painted).mean(0, keepdim=True)
        colours = (small - wanted_small).square().mean() / wanted_small.square().mean()
        rough = painted.diff(dim=2).abs().mean() + painted.diff(dim=3).abs().mean()
        over = (painted.abs() - 1).clamp_min(0).mean()
        loss = 20 * over + args.content_weight * kept + args.shade * shade + args.style_weight * (styled + 2 * colours) + args.tv * rough
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(painter.decoder.parameters(), 5.0)
        optimiser.step()
        notes.append([kept.item(), styled.item(), colours.item(), shade.item()])


if __name__ == '__main__':
    main()
