"""Teaches the text encoder to pass over words that mean nothing to it ("a cute dog sitting in the snow").

    python3 train_text_fillers.py --work DIR

A copy of the encoder learns to read a caption with strange words in it as its teacher reads the caption without them,
and plain captions exactly as before; sketch and UNet stay valid. Writes DIR/text-fillers.pt and prints the error of the
pooled text on held-out captions, as a share of its variance; export with --text text-fillers.pt.
"""
import argparse
import os
import random
import re
import time

import numpy as np
import torch

import scenes
from common import add_common_arguments, in_float, learning_rate, load, load_tokenizer, save, setup, step_seed
from nets import TextEncoder

FRAMES = ['{0}', '{0}', '{0}', '{0} {1}', 'in the {0}', 'with a {0}', 'with {0} {1}', 'of {0}', 'sitting in the {0}',
          'wearing a {0}', 'for my {0}', 'by {0} {1}', '{0} and {1}', 'in {0}', 'the {0}']


def strange_words(tokenizer):
    """Whole words that the tokenizer knows from elsewhere and no caption uses."""
    rng = np.random.default_rng(1)
    used = set()
    for _ in range(4000):
        used |= set(re.findall('[a-z0-9]+', scenes.caption(scenes.describe(rng), rng)))
    for name, plural in scenes.SUBJECTS.items():
        used |= set(name.split()) | set(plural.split())
    words = {''.join(m)[:-4] for m in tokenizer.merges if ''.join(m).endswith('</w>')}
    return sorted(w for w in words if re.fullmatch('[a-z]{3,}', w) and w not in used)


def with_strange_words(words, strange, rng):
    parts = words.split(' ')
    for _ in range(rng.choice([1, 1, 2, 3])):
        def word():
            known = rng.choice(strange)
            return known if rng.random() < .75 else known[:4] + rng.choice(strange)[-3:]  # a word of odd pieces
        place = rng.choice([0, len(parts), rng.randrange(len(parts) + 1)])
        if place and parts[place - 1] in ('a', 'an', 'the') or place in (0, len(parts)):
            parts.insert(place, rng.choice(FRAMES).format(word(), word()))
        else:
            parts.insert(place, word())
    return ' '.join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_common_arguments(parser, steps=1500, batch=48, lr=5e-4)
    parser.add_argument('--seconds', type=float, default=float('inf'), help='end earlier, the rate falling by the clock')
    args = parser.parse_args()
    setup(args)
    tokenizer = load_tokenizer()
    strange = strange_words(tokenizer)
    print(f'{len(strange)} strange words, such as {", ".join(strange[::len(strange) // 12 + 1])}', flush=True)
    weights = in_float(load(os.path.join(args.work, 'text.pt'))['encoder'])
    teacher, student = TextEncoder(len(tokenizer.vocabulary)), TextEncoder(len(tokenizer.vocabulary))
    teacher.load_state_dict(weights)
    student.load_state_dict(weights)
    teacher.to(args.device).eval().requires_grad_(False)
    student.to(args.device)
    optimizer = torch.optim.AdamW(student.parameters(), args.lr, betas=(.9, .98), weight_decay=0.)
    start = time.time()

    def batch(seed, size):
        described, chance = np.random.default_rng([seed, 3]), random.Random(seed)
        plain = [scenes.caption(scenes.describe(described), described) for _ in range(size)]
        noisy = [with_strange_words(p, strange, chance) for p in plain]
        return (torch.tensor([tokenizer.encode(c) for c in captions]).to(args.device) for captions in (plain, noisy))

    def pooled_error(seed, size):
        with torch.no_grad():
            plain, noisy = batch(seed, size)
            wanted, got = teacher(plain).mean(1), student(noisy).mean(1)
            return (((got - wanted) ** 2).mean() / wanted.var(0).mean()).item()

    print(f'before: {pooled_error(10 ** 9, 300):.3f}', flush=True)
    step = 0
    while step < args.steps and time.time() - start < args.seconds:
        left = min(1., (args.seconds - (time.time() - start)) / (.3 * args.seconds)) if args.seconds < float('inf') else 1.
        for group in optimizer.param_groups:
            group['lr'] = learning_rate(args, step, warmup=50) * left
        plain, noisy = batch(step_seed(args.seed, step), args.batch)
        with torch.no_grad():
            wanted = teacher(plain)
        got = student(torch.cat([plain, noisy]))
        scale = wanted.mean(1).var(0).mean()
        kept = ((got[:len(plain)] - wanted) ** 2).mean() + ((got[:len(plain)].mean(1) - wanted.mean(1)) ** 2).mean() / scale
        passed = ((got[len(plain):].mean(1) - wanted.mean(1)) ** 2).mean() / scale
        loss = kept + passed
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.)
        optimizer.step()
        step += 1
        if step % 100 == 0:
            print(f'step {step} plain {kept.item():.4f} strange {passed.item():.4f} {time.time() - start:.0f} s', flush=True)
    print(f'held-out, with strange words: {pooled_error(10 ** 9, 300):.3f}')
    save(os.path.join(args.work, 'text-fillers.pt'), encoder=student.state_dict(), step=step)


if __name__ == '__main__':
    main()
