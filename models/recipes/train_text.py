"""Teaches the text encoder its words before it meets pictures: from a caption, predict what it says.

    python3 train_text.py --work DIR

Learnt through the diffusion loss alone, a text encoder stays empty for hours: backgrounds follow the prompt, subjects
do not. Learnt first on the attributes of captions (no pictures needed) it takes minutes. Writes DIR/text.pt and prints
the accuracy on captions that were not trained on; the diffusion run should not start below about 99 %.
"""
import argparse
import os
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import scenes
from common import add_common_arguments, in_float, learning_rate, load, load_tokenizer, save, setup, step_seed
from nets import TEXT_WIDTH, TextEncoder


def labelled_captions(count, seed, tokenizer):
    rng = np.random.default_rng(seed)
    ids, said = [], []
    for _ in range(count):
        scene = scenes.describe(rng)
        words = scenes.caption(scene, rng)
        ids.append(tokenizer.encode(words))
        said.append(scenes.answers(scene, words))
    return torch.tensor(ids), said


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_common_arguments(parser, steps=2000, batch=128, lr=1e-3)
    parser.add_argument('--captions', type=int, default=60000)
    parser.add_argument('--init', help='state dict of a text encoder to start from')
    args = parser.parse_args()
    setup(args)

    tokenizer = load_tokenizer()
    ids, said = labelled_captions(args.captions, [args.seed, 1], tokenizer)
    values = {q: sorted({s[q] for s in said}) for q in scenes.QUESTIONS}
    number = {q: {v: i for i, v in enumerate(values[q])} for q in scenes.QUESTIONS}
    labels = torch.tensor([[number[q][s[q]] for q in scenes.QUESTIONS] for s in said])
    held_out = args.captions // 20
    train = args.captions - held_out

    encoder = TextEncoder(len(tokenizer.vocabulary)).to(args.device)
    if args.init:
        encoder.load_state_dict(in_float(load(args.init)))
    heads = nn.ModuleList([nn.Linear(TEXT_WIDTH, len(values[q])) for q in scenes.QUESTIONS]).to(args.device)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *heads.parameters()], args.lr, weight_decay=.01)
    path, start = os.path.join(args.work, 'text.pt'), time.time()
    state = load(path, args.device)
    step = 0
    if state and 'optimizer' in state:
        encoder.load_state_dict(state['encoder'])
        heads.load_state_dict(state['heads'])
        optimizer.load_state_dict(state['optimizer'])
        step = state['step']

    def predict(batch):
        pooled = encoder(batch.to(args.device)).mean(1)  # the mean is also what the UNet's time embedding gets
        return [head(pooled) for head in heads]

    def checkpoint():
        save(path, encoder=encoder.state_dict(), heads=heads.state_dict(), optimizer=optimizer.state_dict(), step=step, values=values)

    while step < args.steps:
        rng = torch.Generator().manual_seed(step_seed(args.seed, step))
        for group in optimizer.param_groups:
            group['lr'] = learning_rate(args, step, warmup=100)
        i = torch.randint(0, train, (args.batch,), generator=rng)
        wanted = labels[i].to(args.device)
        loss = sum(F.cross_entropy(logits, wanted[:, q]) for q, logits in enumerate(predict(ids[i])))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
        if step % 250 == 0:
            print(f'step {step} loss {loss.item():.4f} {time.time() - start:.0f} s', flush=True)
            checkpoint()
    with torch.no_grad():
        answers = [torch.cat([p.argmax(1).cpu() for p in column]) for column in zip(*(predict(b) for b in ids[train:].split(500)))]
    for q, answer in zip(scenes.QUESTIONS, answers):
        right = (answer == labels[train:, scenes.QUESTIONS.index(q)]).float().mean().item()
        print(f'held-out {q}: {100 * right:.2f} % of {held_out}')
    checkpoint()


if __name__ == '__main__':
    main()
