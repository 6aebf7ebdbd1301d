"""Latent diffusion conditioned on text: v-prediction on a cosine schedule, caption dropout for guidance, EMA.

    python3 train_diffusion.py --work DIR --steps 12000

Reads DIR/latents/shard-*.pt, DIR/text.pt and DIR/sketch.pt (both frozen: what they know was cheap to learn apart, and
would be expensive to learn through the UNet); keeps DIR/diffusion.pt (weights, EMA, optimiser, step) and resumes from it.
Checkpoints are written every --save-seconds and when the process is asked to end; new latent shards are picked up
then. --seconds stops early without touching the schedule, for machines that are lent by the hour.
"""
import argparse
import copy
import glob
import os
import signal
import time

import torch
import torch.nn as nn

from common import add_common_arguments, autocast, in_float, learning_rate, load, load_tokenizer, save, setup, step_seed
from nets import TRAIN_TIMESTEPS, TextEncoder, UNet, cosine_alphas_cumprod, parameter_count


class Latents:
    """All shards in memory; captions as token ids."""

    def __init__(self, folder, tokenizer):
        self.folder, self.tokenizer = folder, tokenizer
        self.files, self.latents, self.ids = [], [], []
        self.refresh()

    def refresh(self):
        for path in sorted(glob.glob(os.path.join(self.folder, 'shard-*.pt'))):
            if path in self.files:
                continue
            shard = torch.load(path)
            self.files.append(path)
            self.latents.append(shard['latents'])
            self.ids.append(torch.tensor([[self.tokenizer.encode(c) for c in captions] for captions in shard['captions']], dtype=torch.int16))
            print(f'{path}: {len(shard["latents"])} scenes', flush=True)
        self.size = sum(len(x) for x in self.latents)
        self.all_latents, self.all_ids = torch.cat(self.latents), torch.cat(self.ids)
        self.latents, self.ids = [self.all_latents], [self.all_ids]

    def draw(self, batch, rng):
        i = torch.randint(0, self.size, (batch,), generator=rng)
        j = torch.randint(0, self.all_ids.shape[1], (batch,), generator=rng)
        return self.all_latents[i].float(), self.all_ids[i, j].long()


def statistics(latents, path):
    """Mean and deviation of each latent channel, fixed by the first run: later shards must not move them."""
    state = load(path)
    if state is None:
        sample = latents.all_latents[:4000].float()
        state = dict(mean=sample.mean((0, 2, 3), keepdim=True), std=sample.std((0, 2, 3), keepdim=True))
        save(path, **state)
    return state['mean'], state['std']


def start_from(unet, weights):
    """Loads weights of an earlier UNet, also of one without a sketch: its input convolution gets empty channels."""
    weights = in_float(weights)
    have, want = weights['conv_in.weight'], unet.conv_in.weight
    if have.shape != want.shape:
        weights['conv_in.weight'] = torch.cat([have, torch.zeros_like(want[:, have.shape[1]:])], 1)
    missing = unet.load_state_dict(weights, strict=False).missing_keys
    assert all(k.startswith('sketch.') for k in missing), missing


def without_sketch(model, state):
    """The sketch comes from its own file."""
    model.load_state_dict({k: v for k, v in state.items() if not k.startswith('unet.sketch.')}, strict=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_common_arguments(parser, steps=12000, batch=32, lr=1e-3)
    parser.add_argument('--seconds', type=float, default=float('inf'), help='stop after so long; resume later')
    parser.add_argument('--init', help='UNet weights to start from, where there is no checkpoint yet')
    parser.add_argument('--ema', type=float, default=.9985)
    parser.add_argument('--caption-dropout', type=float, default=.1)
    parser.add_argument('--noise-bias', type=float, default=.7,
                        help='timesteps are T * u^bias: below 1, more of the high noise where the prompt decides the shapes')
    args = parser.parse_args()
    setup(args)

    tokenizer = load_tokenizer()
    latents = Latents(os.path.join(args.work, 'latents'), tokenizer)
    mean, std = (x.to(args.device) for x in statistics(latents, os.path.join(args.work, 'latent-statistics.pt')))
    text = TextEncoder(len(tokenizer.vocabulary)).to(args.device)
    unet = UNet().to(args.device).to(memory_format=torch.channels_last)
    model = nn.ModuleDict(dict(text=text, unet=unet))
    text.requires_grad_(False).eval()
    unet.sketch.requires_grad_(False)
    parameters = [p for p in unet.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW([dict(params=[p for p in parameters if p.ndim > 1], weight_decay=.01),
                                   dict(params=[p for p in parameters if p.ndim <= 1], weight_decay=0.)], args.lr, betas=(.9, .98))
    path = os.path.join(args.work, 'diffusion.pt')
    state, step, seen, spent = load(path, args.device), 0, 0, 0.
    if state:
        without_sketch(model, state['model'])
        optimizer.load_state_dict(state['optimizer'])
        step, seen, spent = state['step'], state['seen'], state['spent']
    else:
        text.load_state_dict(load(os.path.join(args.work, 'text.pt'), args.device)['encoder'])
        if args.init:
            start_from(unet, load(args.init, args.device))
    sketch = load(os.path.join(args.work, 'sketch.pt'), args.device)['sketch']  # also when resuming: it may know more by now
    unet.sketch.load_state_dict(sketch)
    ema = copy.deepcopy(model).eval().requires_grad_(False)
    if state:
        without_sketch(ema, state['ema'])
        ema['unet'].sketch.load_state_dict(sketch)
    print(f'UNet {parameter_count(unet):,} text {parameter_count(text):,} parameters; step {step}, {latents.size} scenes', flush=True)

    alphas = cosine_alphas_cumprod().to(args.device)
    empty = torch.tensor(tokenizer.encode(''), device=args.device)
    averaged = [slow for slow, fast in zip(ema['unet'].parameters(), unet.parameters()) if fast.requires_grad]
    start = saved = time.time()
    shown, total = 0, 0.

    def checkpoint():
        save(path, model=model.state_dict(), ema=ema.state_dict(), optimizer=optimizer.state_dict(), step=step, seen=seen,
             spent=spent + time.time() - start)

    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    while step < args.steps and time.time() - start < args.seconds and not stopped:
        rng = torch.Generator().manual_seed(step_seed(args.seed, step))
        for group in optimizer.param_groups:
            group['lr'] = learning_rate(args, step)
        z, ids = (x.to(args.device) for x in latents.draw(args.batch, rng))
        z = (z - mean) / std
        dropped = torch.rand(args.batch, generator=rng) < args.caption_dropout
        ids[dropped.to(args.device)] = empty
        u = torch.rand(args.batch, generator=rng) ** args.noise_bias
        t = (u * TRAIN_TIMESTEPS).long().clamp(max=TRAIN_TIMESTEPS - 1).to(args.device)
        noise = torch.randn(z.shape, generator=rng).to(args.device)
        a = alphas[t][:, None, None, None]
        noisy = a.sqrt() * z + (1 - a).sqrt() * noise
        velocity = a.sqrt() * noise - (1 - a).sqrt() * z
        with autocast(args.device):
            with torch.no_grad():
                words = text(ids)
            predicted = unet(noisy.contiguous(memory_format=torch.channels_last), t, words).float()
        loss = ((predicted - velocity) ** 2).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.)
        optimizer.step()
        step, seen = step + 1, seen + args.batch
        decay = min(args.ema, (1 + step) / (20 + step))
        with torch.no_grad():
            for slow, fast in zip(averaged, parameters):
                slow.lerp_(fast, 1 - decay)
        shown, total = shown + 1, total + loss.item()
        if step % 100 == 0:
            elapsed = time.time() - start
            print(f'step {step} seen {seen} loss {total / shown:.4f} lr {optimizer.param_groups[0]["lr"]:.1e} {elapsed:.0f} s', flush=True)
            shown, total = 0, 0.
        if time.time() - saved > args.save_seconds:
            checkpoint()
            latents.refresh()
            saved = time.time()
    checkpoint()
    print(f'stopped at step {step}, {seen} samples')


if __name__ == '__main__':
    main()
