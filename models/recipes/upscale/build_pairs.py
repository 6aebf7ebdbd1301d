"""Draws scenes at 512 px and what the studio would have of them at 128 px.

    python3 build_pairs.py --work DIR [--vae DIR/vae.pt] [--scenes 2600]

Reads DIR/icons.*, writes DIR/large.npy (N,512,512,3), DIR/small.npy (N,2,128,128,3) and DIR/pairs.json. Of the two
small versions the first went through the sticker model's autoencoder with a little noise on the latents, which is what
a decoded picture looks like; the second is only downsampled, like a crisp picture that is enlarged once more. Every
tenth icon name is kept out of the training scenes and drawn in the last tenth of the scenes.
"""
import argparse
import json
import os
import sys
import zlib

import numpy as np
import torch
from PIL import Image, ImageFilter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
from common import in_float, load  # noqa: E402
from nets import Decoder, Encoder  # noqa: E402
from scenes import BACKGROUNDS, TINTS, tinted  # noqa: E402

LARGE, SMALL = 512, 128


def held_out(name):
    return zlib.crc32(name.encode()) % 10 == 0


def ground(rng):
    """A plain colour mostly; sometimes a soft gradient."""
    def colour():
        if rng.random() < .6:
            return np.array(list(BACKGROUNDS.values())[int(rng.integers(len(BACKGROUNDS)))], np.float32)
        return rng.uniform(0, 255, 3).astype(np.float32)
    canvas = np.empty((LARGE, LARGE, 3), np.float32)
    canvas[:] = colour()
    if rng.random() < .15:
        angle = rng.uniform(0, 2 * np.pi)
        y, x = np.mgrid[0:LARGE, 0:LARGE] / LARGE - .5
        t = np.clip(.5 + x * np.cos(angle) + y * np.sin(angle), 0, 1)[..., None].astype(np.float32)
        canvas = canvas * (1 - t) + colour() * t
    return canvas


def draw(rng, icons, choice):
    """float H,W,3: one to four icons, at the places the sticker model knows or anywhere."""
    canvas = ground(rng)
    count = int(rng.choice([1, 1, 1, 2, 3, 4]))
    for i in range(count):
        side = int(rng.choice([384, 384, 384, 460, 300])) if count == 1 else int(rng.choice([192, 192, 224]))
        rgba = Image.fromarray(icons[choice[int(rng.integers(len(choice)))]]).convert('RGBa')
        if rng.random() < .15:
            rgba = rgba.rotate(rng.uniform(-30, 30), Image.BICUBIC)
        sprite = np.asarray(rgba.resize((side, side), Image.LANCZOS).convert('RGBA'), np.float32)
        if rng.random() < .3:
            sprite = tinted(sprite, list(TINTS.values())[int(rng.integers(len(TINTS)))])
        free = LARGE - side
        x, y = (int(rng.integers(0, free + 1)) for _ in range(2))
        if count > 1:
            x, y = (32 + 256 * (i % 2), 32 + 256 * (i // 2)) if rng.random() < .7 else (x, y)
        elif rng.random() < .6:
            x = y = free // 2
        x, y = min(x, free), min(y, free)
        region = canvas[y:y + side, x:x + side]
        region += sprite[..., 3:] / 255 * (sprite[..., :3] - region)
    return canvas


def shrink(rng, picture):
    """A crisp small version: area, Lanczos or bicubic, sometimes a little blurred, sometimes with faint soft noise."""
    blurred = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 3))) if rng.random() < .5 else picture
    small = blurred.resize((SMALL, SMALL), [Image.BOX, Image.LANCZOS, Image.BICUBIC][int(rng.integers(3))])
    values = np.asarray(small, np.float32)
    if rng.random() < .5:
        grain = SMALL // int(rng.choice([1, 2]))
        noise = Image.fromarray(rng.normal(0, 1, (grain, grain)).astype(np.float32)).resize((SMALL, SMALL), Image.BICUBIC)
        values = values + rng.uniform(0, 2.5) * np.asarray(noise)[..., None]
    return np.clip(values + .5, 0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--vae')
    parser.add_argument('--scenes', type=int, default=2600)
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)

    with open(os.path.join(args.work, 'icons.json')) as f:
        listing = json.load(f)
    icons = np.memmap(os.path.join(args.work, 'icons.bin'), np.uint8, 'r').reshape(-1, listing['size'], listing['size'], 4)
    kept = [i for i, icon in enumerate(listing['icons']) if not held_out(icon['name'])]
    unseen = [i for i, icon in enumerate(listing['icons']) if held_out(icon['name'])]

    vae = load(args.vae or os.path.join(args.work, 'vae.pt'))
    encoder, decoder = Encoder().eval(), Decoder().eval()
    encoder.load_state_dict(in_float(vae['encoder']))
    decoder.load_state_dict(in_float(vae['decoder']))

    rng = np.random.default_rng(args.seed)
    training = args.scenes * 9 // 10
    large = np.lib.format.open_memmap(os.path.join(args.work, 'large.npy'), 'w+', np.uint8, (args.scenes, LARGE, LARGE, 3))
    small = np.lib.format.open_memmap(os.path.join(args.work, 'small.npy'), 'w+', np.uint8, (args.scenes, 2, SMALL, SMALL, 3))
    for start in range(0, args.scenes, 20):
        block = range(start, min(start + 20, args.scenes))
        plain = []
        for i in block:
            picture = np.clip(draw(rng, icons, kept if i < training else unseen) + .5, 0, 255).astype(np.uint8)
            large[i] = picture
            picture = Image.fromarray(picture)
            plain.append(np.asarray(picture.resize((SMALL, SMALL), Image.LANCZOS if rng.random() < .5 else Image.BOX)))
            small[i, 1] = shrink(rng, picture)
        with torch.no_grad():
            latents = encoder(torch.from_numpy(np.stack(plain)).permute(0, 3, 1, 2).float() / 127.5 - 1)
            spread = latents.std(dim=(0, 2, 3), keepdim=True)
            noise = torch.randn(latents.shape) * spread * torch.rand(len(plain), 1, 1, 1) * .12
            decoded = decoder(latents + noise).clamp(-1, 1)
        small[block.start:block.stop, 0] = ((decoded + 1) * 127.5 + .5).byte().permute(0, 2, 3, 1).numpy()
        if start % 400 == 0:
            print(f'{start + len(plain)} scenes', flush=True)
    with open(os.path.join(args.work, 'pairs.json'), 'w') as f:
        json.dump({'scenes': args.scenes, 'training': training, 'icons': len(kept), 'unseen icons': len(unseen)}, f)
    print(f'{len(kept)} icons for training, {len(unseen)} kept out')


if __name__ == '__main__':
    main()
