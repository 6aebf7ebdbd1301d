"""Trains one painter for one style picture. Resumable; deterministic by --seed.

    python3 train_brush.py --style mosaic --work DIR --features DIR --sprites DIR [--photographs DIR] [--begin FILE] [--minutes 20]

Reads the feature net's checkpoint (../features/train.py), writes DIR/STYLE.pt. Loss: that of Gatys et al. as the program minimises
it (../features/gatys.py: relu4_1 of the content; Gram matrices and colours of the style), the content's light and shade and what is
bluer or redder than the rest of it; and how often each of the style's colours occurs.
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
from gatys import COLOUR_WEIGHT, CONTENT, STYLE, gram, grams_of  # noqa: E402
from features import trained_features  # noqa: E402
from net_brush import NOISE_SIDE, Brush  # noqa: E402
from pictures import as_tensor  # noqa: E402
from styles import STYLES, style_picture  # noqa: E402

SIDE = 160
PALETTE, PALETTE_CELLS = 48, (2, 8)  # colours; single strokes, and what many of them make together


def opponent(picture, size):
    """Brightness, yellow against blue and red against green, in cells of size x size pixels: N,3,h,w."""
    mix = picture.new_tensor([[.299, .587, .114], [.5, .5, -1], [1, -1, 0]])
    return F.avg_pool2d(torch.einsum('kc,nchw->nkhw', mix, picture), size)


def lost(painted, content, size):
    """1 - correlation of brightness and of both kinds of colour, where the content has any: how strong they are, and around
    which mean, is the style's to choose. Three means over the pictures."""
    a, b = (opponent(p, size).flatten(2) for p in (painted, content))
    a, b = a - a.mean(2, keepdim=True), b - b.mean(2, keepdim=True)
    correlation = (a * b).mean(2) / (a.square().mean(2) * b.square().mean(2) + 1e-5).sqrt()
    weight = (b.square().mean(2).sqrt() / .2).clamp(max=1)
    return (weight * (1 - correlation)).mean(0)


def palette(picture, colours, size):
    """How near all cells of size x size pixels are to each of some colours (K,3), on average: K. Means and covariances, all that
    a Gram matrix knows of colours, are the same for a few garish ones."""
    cells = F.avg_pool2d(picture, size).permute(0, 2, 3, 1).reshape(-1, 1, 3)
    return (1 / (1 + (cells - colours).square().sum(2) / .3 ** 2)).mean(0)


def half_grams(plain, picture):
    maps = plain(F.avg_pool2d(picture, 2).contiguous(memory_format=torch.channels_last), last=STYLE[-1])
    return [gram(maps[f'relu{layer}'].float()) for layer in STYLE]


def kept_contents(contents, plain, count, seed, device):
    """uint8 count,SIDE,SIDE,3 and their relu4_1: drawn once, since drawing and looking take as long as a third of a step."""
    rng = np.random.default_rng(step_seed(seed, 2 ** 40))
    pictures = contents.batch(rng, count, SIDE)
    seen = []
    for part in np.array_split(pictures, max(1, count // 8)):
        with torch.no_grad(), autocast(device):
            image = as_tensor(part).to(device, memory_format=torch.channels_last)
            seen.append(plain(image, last=CONTENT)[f'relu{CONTENT}'].half().cpu())
    return pictures, torch.cat(seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--style', required=True, choices=sorted(STYLES))
    parser.add_argument('--work', required=True)
    parser.add_argument('--features', required=True, help='the working folder of ../features')
    parser.add_argument('--sprites', required=True)
    parser.add_argument('--photographs')
    parser.add_argument('--begin', help='the checkpoint of another style')
    parser.add_argument('--minutes', type=float, default=20, help='stop by then; the learning rate falls towards it')
    parser.add_argument('--contents', type=int, default=400)
    parser.add_argument('--batch', type=int, default=2)
    parser.add_argument('--lr', type=float, default=2e-3)
    parser.add_argument('--style-weight', type=float, default=10.0)
    parser.add_argument('--content-weight', type=float, default=1.0)
    parser.add_argument('--shade', type=float, default=8.0)
    parser.add_argument('--hue', type=float, default=3.0)
    parser.add_argument('--half', type=float, default=0.0, help='weight of the Gram matrices of the picture half the size, which see arcs and panes that the net sees no end of')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    os.makedirs(args.work, exist_ok=True)

    plain = trained_features(args.features, padding='zeros').to(args.device, memory_format=torch.channels_last)
    pictures, seen = kept_contents(Contents(args.sprites, args.photographs), plain, args.contents, args.seed, args.device)
    style = as_tensor(style_picture(args.style)[None]).to(args.device)
    with torch.no_grad():
        wanted = grams_of(style, plain(style, last=STYLE[-1]))
        wanted_half = half_grams(plain, style)
        pixels = style[0].flatten(1).T
        colours = pixels[torch.randperm(len(pixels), generator=torch.Generator().manual_seed(1))[:PALETTE]]
        wanted_palettes = [palette(style, colours, size) for size in PALETTE_CELLS]

    painter = Brush().to(args.device, memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(painter.parameters(), lr=args.lr)
    path = os.path.join(args.work, f'{args.style}.pt')
    if args.begin and not os.path.exists(path):
        painter.load_state_dict(torch.load(args.begin, map_location=args.device)['painter'])
    print(f'{args.style}: {sum(p.numel() for p in painter.parameters()):,} parameters', flush=True)
    notes = []

    def report(step, seconds):
        kept, shade, hue, coarse, *layers = np.mean(notes or [[0] * 9], 0)
        print(f'{seconds:.0f} s, step {step}: content {kept:.2f}, shade lost {shade:.2f}, hue {hue:.2f}, half size {coarse:.2f}, style {sum(layers):.2f}: ' + ' '.join(f'{x:.2f}' for x in layers), flush=True)
        notes.clear()

    for step, done in training(path, {'painter': painter, 'optimiser': optimiser}, args.minutes, report, args.device):
        rng = np.random.default_rng(step_seed(args.seed, step))
        set_learning_rate(optimiser, args.lr * min(1, (step + 1) / 30) * falling(done, .5))
        which = np.sort(rng.choice(len(pictures), args.batch, replace=False))
        content = as_tensor(pictures[which]).to(args.device, memory_format=torch.channels_last)
        with autocast(args.device):
            painted = painter(content, rng.integers(0, NOISE_SIDE, 2).tolist())
            maps = plain(painted.contiguous(memory_format=torch.channels_last), last=STYLE[-1])
            halves = half_grams(plain, painted) if args.half else []
        painted, maps = painted.float(), {k: v.float() for k, v in maps.items()}
        kept = F.mse_loss(maps[f'relu{CONTENT}'], seen[which].to(args.device).float())
        shade, *hues = lost(painted, content, 4) + lost(painted, content, 12)
        grams = grams_of(painted, maps)
        grams[0] = grams[0].mean(0, keepdim=True)  # colours may differ from picture to picture as they do within the style
        layers = [(g - a).square().mean() / a.square().mean() for g, a in zip(grams, wanted)]
        found = [palette(painted, colours, size) for size in PALETTE_CELLS]
        layers[0] = COLOUR_WEIGHT * (layers[0] + sum((f - w).square().mean() / w.square().mean() for f, w in zip(found, wanted_palettes)))
        coarse = sum(((g - a).square().mean() / a.square().mean() for g, a in zip(halves, wanted_half)), start=painted.new_zeros(()))
        over = (painted.abs() - 1).clamp_min(0).mean()
        loss = args.content_weight * kept + args.shade * shade + args.hue * sum(hues) + args.style_weight * (sum(layers) + args.half * coarse) + 20 * over
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(painter.parameters(), 20.0)
        optimiser.step()
        notes.append([kept.item(), shade.item(), sum(hues).item(), coarse.item(), *(x.item() for x in layers)])


if __name__ == '__main__':
    main()
