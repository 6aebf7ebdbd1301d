"""Measures whether pictures show what their captions ask for. Every judgement is by program; no network judges.

    python3 adherence.py --work DIR [--count 240] [--guidance 5] [--out report.json]

Captions are drawn with a seed that the training never uses. A drawn picture is compared with true renderings of the
alternatives: which background colour, which slots are filled, which subject, which tint comes nearest. The same judge
looks at true scenes first: its score there is the ceiling.
"""
import argparse
import json
import os
import random

import numpy as np
import torch
from scipy import ndimage

import scenes
from sampling import Sampler
from train_text_fillers import strange_words, with_strange_words

HELD_OUT_SEED = 990_001
FILLED = .12  # share of a slot that must differ from the background


def border_colour(picture):
    frame = np.concatenate([picture[:4].reshape(-1, 3), picture[-4:].reshape(-1, 3), picture[:, :4].reshape(-1, 3), picture[:, -4:].reshape(-1, 3)])
    return np.median(frame, 0)


def nearest_colour(colour, names):
    return min(names, key=lambda n: ((np.array(names[n]) - colour) ** 2).sum())


def slot_window(place):
    column, row = scenes.PLACES[place]
    return slice(scenes.SLOT[row], scenes.SLOT[row] + scenes.SMALL), slice(scenes.SLOT[column], scenes.SLOT[column] + scenes.SMALL)


BIG_WINDOW = (slice(scenes.BIG_AT, scenes.BIG_AT + scenes.BIG),) * 2


def blurred(patch):
    return ndimage.gaussian_filter(patch.astype(np.float32), (1.5, 1.5, 0))


class Judge:
    def __init__(self, sprites):
        self.sprites = sprites
        self.layouts = {('big', ''): self.mask([BIG_WINDOW])}
        for place in scenes.PLACES:
            self.layouts['placed', place] = self.mask([slot_window(place)])
        for count, places in scenes.GROUPS.items():
            self.layouts['group', count] = self.mask([slot_window(p) for p in places])
        self.layouts['stack', 2] = self.mask([slot_window('top'), slot_window('bottom')])

    @staticmethod
    def mask(windows):
        """Discs, the outline of a typical subject."""
        out = np.zeros((scenes.SIDE, scenes.SIDE), bool)
        for window in windows:
            side = window[0].stop - window[0].start
            y, x = np.mgrid[:side, :side] - (side - 1) / 2
            out[window] |= y ** 2 + x ** 2 <= (side * .46) ** 2
        return out

    def foreground(self, picture):
        different = np.sqrt(((picture - border_colour(picture)) ** 2).sum(-1)) > 45
        return ndimage.binary_fill_holes(ndimage.binary_opening(different))

    def layout(self, picture):
        found = self.foreground(picture)
        if not found.any():
            return None
        overlap = {k: (m & found).sum() / (m | found).sum() for k, m in self.layouts.items()}
        return max(overlap, key=overlap.get)

    def distances(self, picture, window, ground, candidates):
        """candidates: (subject, tint). Squared error to the nearest style of each, on the picture's own background."""
        patch, size = blurred(picture[window]), window[0].stop - window[0].start
        out = {}
        for subject, tint in candidates:
            errors = []
            for style in scenes.STYLES:
                if not self.sprites.has(subject, style):
                    continue
                sprite = self.sprites.get(subject, style, size, tint)
                alpha = sprite[..., 3:] / 255
                errors.append(((patch - blurred(ground + alpha * (sprite[..., :3] - ground))) ** 2).mean())
            out[subject, tint] = min(errors)
        return out

    def subject(self, picture, window, ground, wanted, tint):
        found = self.distances(picture, window, ground, [(s, tint) for s in scenes.SUBJECTS])
        rank = sorted(found, key=found.get).index((wanted, tint))
        return rank == 0, rank < 5

    def __call__(self, picture, scene):
        """question -> right or wrong"""
        picture = picture.astype(np.float32)
        ground = border_colour(picture)
        result = {'background': nearest_colour(ground, scenes.BACKGROUNDS) == scene['background']}
        kind, found = scene['kind'], self.layout(picture)
        windows = [(BIG_WINDOW, scene['subject'], scene['tint'])]
        if kind == 'big':
            result['count'] = found == ('big', '')
        elif kind == 'placed':
            result['position'] = found == ('placed', scene['place'])
            windows = [(slot_window(scene['place']), scene['subject'], scene['tint'])]
        elif kind == 'group':
            result['count'] = found == ('group', scene['count'])
            windows = [(slot_window(p), scene['subject'], scene['tint']) for p in scenes.GROUPS[scene['count']]]
        else:
            first, second = ('left', 'right') if scene['relation'] == 'beside' else ('top', 'bottom')
            windows = [(slot_window(first), scene['subject'], scene['tint']), (slot_window(second), scene['subject2'], scene['tint2'])]
        ranks = [self.subject(picture, w, ground, s, t) for w, s, t in windows]
        size = 'large' if kind == 'big' else 'pair, both' if kind == 'pair' else 'small'
        result[f'subject ({size})'] = all(first for first, _ in ranks)
        result[f'subject ({size}), top 5'] = all(five for _, five in ranks)
        if scene['tint']:
            window, subject, tint = windows[0]
            tints = self.distances(picture, window, ground, [(subject, t) for t in scenes.TINTS])
            result['tint'] = min(tints, key=tints.get) == (subject, tint)
        return result


def held_out(count):
    rng = np.random.default_rng(HELD_OUT_SEED)
    described = [scenes.describe(rng) for _ in range(count)]
    return described, [scenes.caption(s, rng) for s in described]


def tally(results):
    questions = sorted({q for r in results for q in r})
    return {q: dict(right=sum(r.get(q, False) for r in results), n=sum(q in r for r in results)) for q in questions}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--count', type=int, default=240)
    parser.add_argument('--sampling-steps', type=int, default=20)
    parser.add_argument('--guidance', type=float, nargs='+', default=[5])
    parser.add_argument('--text', help='a text encoder in DIR other than the one trained with')
    parser.add_argument('--strange', action='store_true', help='put words without a meaning here into every caption')
    parser.add_argument('--out', help='write the figures as JSON')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--device', default='cpu')
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    sprites = scenes.Sprites(os.path.join(args.work, 'sprites'))
    judge = Judge(sprites)
    described, captions = held_out(args.count)
    report = {'captions': args.count, 'sampling_steps': args.sampling_steps,
              'ceiling': tally([judge(sprites.render(s), s) for s in described])}
    sampler = Sampler(args.work, args.device, args.text)
    report['samples_seen'] = sampler.seen
    if args.strange:
        words, chance = strange_words(sampler.tokenizer), random.Random(HELD_OUT_SEED)
        captions = [with_strange_words(c, words, chance) for c in captions]
        report['strange'] = captions[:5]
    for guidance in args.guidance:
        pictures = sampler.pictures(captions, list(range(len(captions))), steps=args.sampling_steps, guidance=guidance)
        report[f'guidance {guidance:g}'] = tally([judge(p, s) for p, s in zip(pictures, described)])
    columns = [k for k in report if k == 'ceiling' or k.startswith('guidance')]
    print(f'{sampler.seen:,} samples seen; {args.count} captions')
    print(f'{"":26}' + ''.join(f'{c:>22}' for c in columns))
    for question in report['ceiling']:
        cells = [report[c][question] for c in columns]
        print(f'{question:26}' + ''.join(f'{100 * c["right"] / c["n"]:12.1f} % (n={c["n"]:3d})' for c in cells))
    if args.out:
        with open(args.out, 'w') as f:
            json.dump(report, f, indent=1)
            f.write('\n')


if __name__ == '__main__':
    main()
