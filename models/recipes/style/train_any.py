"""Trains the decoder of the any-style model. Resumable; deterministic by --seed.

    python3 train_any.py --work DIR --features DIR --sprites DIR [--photographs DIR] [--minutes 15]

Styles are the drawn textures of ../features, the style pictures of styles.py (two of which are never shown: NEVER_SEEN)
and content pictures themselves. Writes DIR/any.pt. The loss is Huang & Belongie's (2017, eq. 11 to 13) with Gatys' Gram matrices beside
the moments: alike in mean and deviation is not yet alike in its strokes.
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
from features import trained_features  # noqa: E402
from gatys import grams_of, style_loss  # noqa: E402
from net_any import AnyDecoder, AnyEncoder, adain, moments  # noqa: E402
from styles import STYLES, style_picture  # noqa: E402
from pictures import as_tensor  # noqa: E402

SIDE = 128
NEVER_SEEN = ('glass', 'ink')
LAYERS = ('relu1_1', 'relu2_1', 'relu3_1')


def style_crops(rng, n, bank, pictures, contents):
    out = []
    for _ in range(n):
        which = rng.random()
        if which < .5:
            patch = bank[int(rng.integers(len(bank)))][..., rng.permutation(3)]
            patch = np.pad(patch, ((0, SIDE - len(patch)), (0, SIDE - len(patch)), (0, 0)), mode='reflect')
        elif which < .85:
            picture = pictures[int(rng.integers(len(pictures)))]
            y, x = rng.integers(0, len(picture) - SIDE + 1, 2)
            patch = picture[y:y + SIDE, x:x + SIDE]
            patch = patch[..., rng.permutation(3)] if rng.random() < .5 else patch
        else:
            patch = contents.crop(rng, SIDE)
        out.append(patch)
    return np.stack(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--features', required=True, help='the working folder of ../features')
    parser.add_argument('--sprites', required=True)
    parser.add_argument('--photographs')
    parser.add_argument('--minutes', type=float, default=15, help='stop by then; the learning rate falls towards it')
    parser.add_argument('--batch', type=int, default=4)
    parser.add_argument('--lr', type=float, default=2e-3)
    parser.add_argument('--style-weight', type=float, default=4.0)
    parser.add_argument('--content-weight', type=float, default=.5)
    parser.add_argument('--gram-weight', type=float, default=4.0)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    os.makedirs(args.work, exist_ok=True)

    plain = trained_features(args.features, padding='zeros').to(args.device, memory_format=torch.channels_last)
    encoder, decoder = AnyEncoder(plain), AnyDecoder().to(args.device, memory_format=torch.channels_last)
    contents = Contents(args.sprites, args.photographs)
    bank = np.load(os.path.join(args.features, 'textures.npy'))
    pictures = [style_picture(name) for name in STYLES if name not in NEVER_SEEN]
    optimiser = torch.optim.Adam(decoder.parameters(), lr=args.lr)
    path = os.path.join(args.work, 'any.pt')
    print(f'{sum(p.numel() for p in decoder.parameters()):,} parameters', flush=True)
    notes = []

    def report(step, seconds):
        means = np.mean(notes or [[0] * 4], 0)
        print(f'{seconds:.0f} s, step {step}: content {means[0]:.3f}, style {means[1]:.3f}, itself {means[2]:.4f}, drawn {means[3]:.3f}', flush=True)
        notes.clear()

    for step, done in training(path, {'decoder': decoder, 'optimiser': optimiser}, args.minutes, report, args.device):
        rng = np.random.default_rng(step_seed(args.seed, step))
        set_learning_rate(optimiser, args.lr * min(1, (step + 1) / 30) * falling(done, .4))
        content = as_tensor(contents.batch(rng, args.batch, SIDE)).to(args.device)
        style = as_tensor(style_crops(rng, args.batch, bank, pictures, contents)).to(args.device)
        style[:1] = content[:1]  # one of the batch gets its own style: the decoder has to give the picture back
        content, style = (x.contiguous(memory_format=torch.channels_last) for x in (content, style))
        with autocast(args.device):
            with torch.no_grad():
                from_style = {k: v.float() for k, v in plain(style, last='4_1').items()}
                target = adain(encoder(content).float(), torch.cat([from_style['relu3_1'], F.avg_pool2d(style, 4)], 1))
            painted = decoder(target.contiguous(memory_format=torch.channels_last)).float()
            maps = plain(painted.contiguous(memory_format=torch.channels_last), last='4_1')
        maps = {k: v.float() for k, v in maps.items()}
        kept = F.mse_loss(maps['relu3_1'], target[:, :128])
        pairs = [(maps[k], from_style[k]) for k in LAYERS] + [(4 * painted, 4 * style), (4 * F.avg_pool2d(painted, 8), 4 * F.avg_pool2d(style, 8))]
        styled = sum(F.mse_loss(a, b) for made, wanted in pairs for a, b in zip(moments(made), moments(wanted)))
        drawn = style_loss(grams_of(painted, maps), grams_of(style, from_style)).clamp(max=20).mean()
        itself = (painted[:1] - content[:1]).abs().mean()
        rough = painted.diff(dim=2).abs().mean() + painted.diff(dim=3).abs().mean()
        over = (painted.abs() - 1).clamp_min(0).mean()
        loss = args.content_weight * kept + args.style_weight * styled + args.gram_weight * drawn + 3 * itself + .1 * rough + 10 * over
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(decoder.parameters(), 5.0)
        optimiser.step()
        notes.append([kept.item(), styled.item(), itself.item(), drawn.item()])


if __name__ == '__main__':
    main()
