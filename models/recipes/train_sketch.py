"""Teaches the sketch: from the text alone, the average latents of the picture. Minutes, and the UNet has a place to start.

    python3 train_sketch.py --work DIR

The text encoder of DIR/text.pt is frozen from here on. Writes DIR/sketch.pt. Every 25th scene is held out.
"""
import argparse
import os
import time

import torch

from common import add_common_arguments, autocast, learning_rate, load, load_tokenizer, save, setup, step_seed
from nets import TEXT_WIDTH, Sketch, TextEncoder, parameter_count
from train_diffusion import Latents, statistics

HELD_OUT = 25  # every 25th scene, also of shards that are added later


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_common_arguments(parser, steps=12000, batch=128, lr=2e-3)
    parser.add_argument('--init', help='a sketch to start from, where there is no checkpoint yet')
    parser.add_argument('--caption-dropout', type=float, default=.1)
    args = parser.parse_args()
    setup(args)

    tokenizer = load_tokenizer()
    latents = Latents(os.path.join(args.work, 'latents'), tokenizer)
    mean, std = statistics(latents, os.path.join(args.work, 'latent-statistics.pt'))
    text = TextEncoder(len(tokenizer.vocabulary)).eval()
    text.load_state_dict(load(os.path.join(args.work, 'text.pt'))['encoder'])
    # The sketch sees only the mean over the tokens, which does not change any more: encode every caption once.
    cache = os.path.join(args.work, 'pooled.pt')
    cached = load(cache)
    known = cached['pooled'] if cached else torch.empty(0, latents.all_ids.shape[1], TEXT_WIDTH, dtype=torch.half)
    with torch.no_grad(), autocast('cpu'):
        columns = [[text(ids.long()).mean(1) for ids in column.split(200)] for column in latents.all_ids[len(known):].unbind(1)]
    if columns[0]:
        known = torch.cat([known, torch.stack([torch.cat(column).half() for column in columns], 1)])
        save(cache, pooled=known)
    pooled = known
    with torch.no_grad():
        empty = text(torch.tensor([tokenizer.encode('')])).mean(1)

    sketch = Sketch().to(args.device)
    optimizer = torch.optim.AdamW(sketch.parameters(), args.lr, betas=(.9, .98), weight_decay=.01)
    path, step, start = os.path.join(args.work, 'sketch.pt'), 0, time.time()
    state = load(path, args.device)
    if args.init and not state:  # whatever fits of an earlier design
        have = {k: v for k, v in load(args.init, args.device)['sketch'].items() if k in sketch.state_dict() and sketch.state_dict()[k].shape == v.shape}
        sketch.load_state_dict(have, strict=False)
    if state:
        sketch.load_state_dict(state['sketch'])
        optimizer.load_state_dict(state['optimizer'])
        step = state['step']
    everything = torch.arange(latents.size)
    train, held_out = everything[everything % HELD_OUT > 0], everything[everything % HELD_OUT == 0]
    print(f'{parameter_count(sketch):,} parameters, {len(train)} scenes, step {step}', flush=True)

    def pairs(index, column):
        asked = pooled[index, column].float()
        return asked, ((latents.all_latents[index].float() - mean) / std)

    saved, shown, total = time.time(), 0, 0.
    while step < args.steps:
        rng = torch.Generator().manual_seed(step_seed(args.seed, step))
        for group in optimizer.param_groups:
            group['lr'] = learning_rate(args, step, warmup=50)
        index = train[torch.randint(0, len(train), (args.batch,), generator=rng)]
        asked, wanted = pairs(index, torch.randint(0, pooled.shape[1], (args.batch,), generator=rng))
        asked[torch.rand(args.batch, generator=rng) < args.caption_dropout] = empty
        with autocast(args.device):
            drawn = sketch(asked[:, None].to(args.device)).float()
        loss = ((drawn - wanted.to(args.device)) ** 2).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step, shown, total = step + 1, shown + 1, total + loss.item()
        last = step == args.steps
        if step % 500 == 0 or last:
            with torch.no_grad():
                error = 0.
                for index in held_out.split(250):
                    asked, wanted = pairs(index, torch.zeros_like(index))
                    error += ((sketch(asked[:, None].to(args.device)).cpu() - wanted) ** 2).mean((1, 2, 3)).sum().item()
            print(f'step {step} train {total / shown:.4f} held-out {error / len(held_out):.4f} {time.time() - start:.0f} s', flush=True)
            shown, total = 0, 0.
        if time.time() - saved > args.save_seconds or last:
            save(path, sketch=sketch.state_dict(), optimizer=optimizer.state_dict(), step=step)
            saved = time.time()


if __name__ == '__main__':
    main()
