"""Pictures to paint over: icons on soft grounds, drawn as large as in a 512 px picture, and crops of free photographs.

The photographs are those of scikit-image's data folder that are in the public domain or CC0 (Debian: python3-skimage):
astronaut, rocket, hubble_deep_field (NASA, SpaceX), chelsea, coffee, brick, grass, gravel. Without them icons alone
are used.
"""
import json
import os

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

PHOTOGRAPHS = ('astronaut.png', 'rocket.jpg', 'hubble_deep_field.jpg', 'chelsea.png', 'coffee.png', 'brick.png', 'grass.png', 'gravel.png')
PHOTOGRAPHS_APART = ('coffee.png',)  # looked at, never trained on


class Contents:
    """Crops of uint8 side,side,3."""

    def __init__(self, sprites, photographs=None):
        with open(os.path.join(sprites, 'sprites.json')) as f:
            listing = json.load(f)
        size = listing['size']
        pixels = np.fromfile(os.path.join(sprites, 'sprites.bin'), np.uint8).reshape(-1, size, size, 4)
        self.icons = [Image.fromarray(p).convert('RGBa') for p in pixels]
        self.photographs = []
        for name in PHOTOGRAPHS if photographs else ():
            if name not in PHOTOGRAPHS_APART:
                picture = Image.open(os.path.join(photographs, name)).convert('RGB')
                self.photographs.append(picture.resize([round(s * 512 / min(picture.size)) for s in picture.size], Image.LANCZOS))

    def ground(self, rng, side):
        """A soft gradient or cloud between two colours, or one colour."""
        a, b = rng.uniform(0, 255, (2, 3))
        if rng.random() < .35:
            b = a
        clouds = gaussian_filter(rng.standard_normal((side, side)), rng.uniform(6, 30))
        share = (clouds - clouds.min()) / (np.ptp(clouds) + 1e-6)
        return Image.fromarray((a + share[..., None] * (b - a)).astype(np.uint8)).convert('RGBA')

    def crop(self, rng, side):
        if self.photographs and rng.random() < .45:
            picture = self.photographs[int(rng.integers(len(self.photographs)))]
            scale = rng.uniform(.5, 1.2)
            wide = min(round(side / scale), *picture.size)
            x, y = (int(rng.integers(0, s - wide + 1)) for s in picture.size)
            crop = picture.crop((x, y, x + wide, y + wide)).resize((side, side), Image.BICUBIC)
        else:
            crop = self.ground(rng, side)
            for _ in range(int(rng.integers(1, 5))):
                icon = self.icons[int(rng.integers(len(self.icons)))]
                wide = int(rng.uniform(.4, 2.2) * side)
                icon = icon.resize((wide, wide), Image.BICUBIC).rotate(rng.uniform(-20, 20), Image.BICUBIC).convert('RGBA')
                at = [int(rng.uniform(-.6, .8) * side) if wide > side else int(rng.uniform(-.2, 1) * side - wide / 4) for _ in range(2)]
                layer = Image.new('RGBA', (side, side))
                layer.paste(icon, at)
                crop = Image.alpha_composite(crop, layer)
            crop = crop.convert('RGB')
        pixels = np.asarray(crop)
        return pixels[:, ::-1] if rng.random() < .5 else pixels

    def batch(self, rng, n, side):
        return np.stack([self.crop(rng, side) for _ in range(n)])
