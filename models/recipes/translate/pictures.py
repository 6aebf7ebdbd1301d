"""Unpaired pictures of two manners: icons on plain grounds, each manner drawn independently of the other."""
import json
import os
import zlib

import numpy as np
import torch
from PIL import Image

MANNERS = ('shaded', 'flat')


def held_out(name):
    """A name is held out in both manners or in neither."""
    return zlib.crc32(name.encode()) % 8 == 0


def as_tensor(pictures):
    """N,H,W,3 bytes -> N,3,H,W in [-1,1]"""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


class Pictures:
    def __init__(self, work):
        with open(os.path.join(work, 'icons.json')) as f:
            listing = json.load(f)
        side = listing['size']
        self.icons = np.fromfile(os.path.join(work, 'icons.bin'), np.uint8).reshape(-1, side, side, 4)
        self.listing = listing['icons']
        self.known = {m: [i for i, x in enumerate(self.listing) if x['manner'] == m and not held_out(x['name'])] for m in MANNERS}

    def batch(self, rng, manner, size, side):
        """One or two icons, whole or cut, over a plain ground; sometimes with the colour channels exchanged."""
        out = np.empty((size, side, side, 3), np.uint8)
        for n in range(size):
            ground = (255, 255, 255) if rng.random() < .5 else tuple(int(v) for v in rng.integers(0, 256, 3))
            canvas = Image.new('RGB', (side, side), ground)
            for _ in range(2 if rng.random() < .2 else 1):
                icon = Image.fromarray(self.icons[self.known[manner][int(rng.integers(len(self.known[manner])))]])
                width = int(rng.integers(side * 5 // 8, side * 3 // 2))
                x, y = (int(rng.integers(min(0, side - width) - width // 8, max(0, side - width) + width // 8 + 1)) for _ in range(2))
                icon = icon.convert('RGBa').resize((width, width), Image.BICUBIC).convert('RGBA')
                canvas.paste(icon, (x, y), icon)
            picture = np.asarray(canvas)
            out[n] = picture[..., rng.permutation(3)] if rng.random() < .25 else picture
        return as_tensor(out)

    def pairs(self, names, side):
        """The held-out icons of these names on white: shaded N,3,side,side and flat. For measuring only."""
        def of(name, manner):
            i = next(i for i, x in enumerate(self.listing) if x['name'] == name and x['manner'] == manner)
            icon = Image.fromarray(self.icons[i]).convert('RGBa').resize((side * 7 // 8, side * 7 // 8), Image.BICUBIC).convert('RGBA')
            canvas = Image.new('RGB', (side, side), (255, 255, 255))
            canvas.paste(icon, (side // 16, side // 16), icon)
            return np.asarray(canvas)
        return [as_tensor(np.stack([of(n, m) for n in names])) for m in MANNERS]

    def unseen(self):
        """Names held out that both manners have."""
        both = [{x['name'] for x in self.listing if x['manner'] == m and held_out(x['name'])} for m in MANNERS]
        return sorted(both[0] & both[1])
