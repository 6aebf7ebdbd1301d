"""How near a painter comes to what optimising the picture itself reaches, by the same loss on the same feature net.

    python3 floor.py --work DIR --features DIR --photographs DIR [--style mosaic ...]

For a photograph that was never trained on, prints the style loss (../features/gatys.py) of the picture as it is, as the painter
paints it and as Gatys' optimisation leaves it, and the content loss of the latter two.
"""
import argparse
import os
import sys

import torch
import torch.nn.functional as F
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'features'), os.path.join(HERE, '..')]
from export import trained_brush  # noqa: E402
from features import trained_features  # noqa: E402
from gatys import CONTENT, STYLE, grams_of, style_loss  # noqa: E402
from pictures import as_tensor  # noqa: E402
from reference import square  # noqa: E402
from styles import STYLES, style_picture  # noqa: E402

STYLE_WEIGHT = 10  # as the program has it at strength 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--features', required=True, help='the working folder of ../features')
    parser.add_argument('--photographs', required=True)
    parser.add_argument('--style', nargs='+', choices=sorted(STYLES), default=sorted(STYLES))
    parser.add_argument('--side', type=int, default=192)
    parser.add_argument('--steps', type=int, default=60)
    parser.add_argument('--look', help='folder for the optimised pictures')
    args = parser.parse_args()
    torch.set_num_threads(1)
    plain = trained_features(args.features)
    content = as_tensor(square(os.path.join(args.photographs, 'coffee.png'), args.side)[None])
    before = plain(content, last=CONTENT)[f'relu{CONTENT}']

    for name in args.style:
        with torch.no_grad():
            style = as_tensor(style_picture(name)[None])
            wanted = grams_of(style, plain(style, last=STYLE[-1]))

        def losses(picture):
            maps = plain(picture, last=STYLE[-1])
            return style_loss(grams_of(picture, maps), wanted).sum(), F.mse_loss(maps[f'relu{CONTENT}'], before)

        picture = content.contiguous().clone().requires_grad_(True)
        optimiser = torch.optim.LBFGS([picture], max_iter=args.steps, history_size=10, line_search_fn='strong_wolfe')

        def closure():
            optimiser.zero_grad()
            styled, kept = losses(picture)
            loss = STYLE_WEIGHT * styled + kept
            loss.backward()
            return loss

        optimiser.step(closure)
        picture = picture.detach().clamp(-1, 1)
        with torch.no_grad():
            painted = trained_brush(torch.load(os.path.join(args.work, f'{name}.pt'), map_location='cpu'))(content)
            (plainly, _), (brush, brush_kept), (gatys, gatys_kept) = (losses(p) for p in (content, painted, picture))
        print(f'{name}: style loss untouched {plainly:.3f}, brush {brush:.3f}, Gatys {gatys:.3f}: the brush goes {(plainly - brush) / (plainly - gatys):.1%} of the way; '
              f'content loss brush {brush_kept:.2f}, Gatys {gatys_kept:.2f}', flush=True)
        if args.look:
            Image.fromarray(((torch.cat([painted, picture], 3)[0] + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()).save(os.path.join(args.look, f'floor-{name}.png'))


if __name__ == '__main__':
    main()
