"""Trains the autoencoder on random crops of scenes; with --decoder-only, refines the decoder and leaves the latents alone.

    python3 train_vae.py --work DIR                      (DIR/vae.pt: encoder and decoder)
    python3 train_vae.py --work DIR --decoder-only       (a diffusion run that uses these latents stays valid)

The loss is the mean absolute and squared error and the error of the horizontal and vertical differences: edges are what
makes flat art look sharp. A little noise on the latents makes the decoder forgiving of a diffusion model's errors.
"""
import argparse
import math
import os
import time

import numpy as np
import torch

import scenes
from common import add_common_arguments, autocast, in_float, learning_rate, load, save, setup, step_seed
from nets import LATENT_STRIDE, Decoder, Encoder

CROP = 64


def differences(x):
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_common_arguments(parser, steps=4000, batch=24, lr=1.5e-3)
    parser.add_argument('--decoder-only', action='store_true')
    parser.add_argument('--pictures', type=int, default=4000, help='scenes drawn for training')
    parser.add_argument('--styles', default=','.join(scenes.STYLES))
    parser.add_argument('--latent-noise', type=float, default=.05, help='in deviations of the latents')
    args = parser.parse_args()
    setup(args)

    sprites = scenes.Sprites(os.path.join(args.work, 'sprites'))
    rng = np.random.default_rng([args.seed, 2])
    # Latents must sit on the same grid as in the scenes, so crops start at multiples of the stride.
    pictures = np.stack([sprites.render(scenes.describe(rng, args.styles.split(','))) for _ in range(args.pictures)])
    encoder, decoder = Encoder().to(args.device), Decoder().to(args.device)
    path = os.path.join(args.work, 'vae.pt')
    state = load(path, args.device)
    if state:
        encoder.load_state_dict(in_float(state['encoder']))
        decoder.load_state_dict(in_float(state['decoder']))
    encoder.requires_grad_(not args.decoder_only)
    parameters = [p for p in [*encoder.parameters(), *decoder.parameters()] if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, args.lr, betas=(.9, .99), weight_decay=1e-4)
    mode = 'decoder' if args.decoder_only else 'both'
    step = 0
    if state and state.get('mode') == mode:
        optimizer.load_state_dict(state['optimizer'])
        step = state['step']

    def checkpoint():
        save(path, encoder=encoder.state_dict(), decoder=decoder.state_dict(), optimizer=optimizer.state_dict(), step=step, mode=mode)

    start = saved = time.time()
    corners = (scenes.SIDE - CROP) // LATENT_STRIDE + 1
    while step < args.steps:
        rng = np.random.default_rng(step_seed(args.seed, step))
        for group in optimizer.param_groups:
            group['lr'] = learning_rate(args, step, warmup=60)
        index = rng.integers(0, len(pictures), args.batch)
        ys, xs = rng.integers(0, corners, (2, args.batch)) * LATENT_STRIDE
        crops = np.stack([pictures[i, y:y + CROP, x:x + CROP] for i, y, x in zip(index, ys, xs)])
        real = torch.from_numpy(crops).to(args.device).permute(0, 3, 1, 2).float() / 127.5 - 1
        noise = torch.from_numpy(rng.standard_normal((args.batch, 8, CROP // LATENT_STRIDE, CROP // LATENT_STRIDE), np.float32)).to(args.device)
        with autocast(args.device):
            latents = encoder(real)
            drawn = decoder(latents + noise * args.latent_noise * latents.detach().float().std())
        latents, drawn = latents.float(), drawn.float()
        squared = ((drawn - real) ** 2).mean()
        edges = sum((a - b).abs().mean() for a, b in zip(differences(drawn), differences(real)))
        loss = (drawn - real).abs().mean() + squared + .5 * edges + 1e-3 * (latents ** 2).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            print(f'step {step} loss {loss.item():.4f} psnr {10 * math.log10(4 / squared.item()):.2f} dB {time.time() - start:.0f} s', flush=True)
        if time.time() - saved > args.save_seconds:
            checkpoint()
            saved = time.time()
    checkpoint()


if __name__ == '__main__':
    main()
