"""The style pictures, all drawn here by formula: nobody else's work is in them, and anyone may draw them again.

    python3 styles.py --out DIR      writes NAME.png, 512 px
"""
import argparse
import os

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial import cKDTree

SIDE = 512


def smooth(rng, sigma, channels=None):
    """Soft noise in [0,1], evenly spread over its values."""
    shape = (SIDE, SIDE) if channels is None else (SIDE, SIDE, channels)
    noise = rng.standard_normal(shape)
    noise = gaussian_filter(noise, (sigma, sigma) + (() if channels is None else (0,)), mode='wrap')
    ranks = np.argsort(np.argsort(noise.reshape(-1, channels or 1), axis=0), axis=0) / (SIDE * SIDE)
    return ranks.reshape(shape).astype(np.float32)


def palette(values, colours):
    """values H,W in [0,1] -> colours between those given."""
    colours = np.array([[int(c[i:i + 2], 16) for i in (0, 2, 4)] for c in colours], np.float32)
    at = values * (len(colours) - 1)
    low = np.clip(at.astype(int), 0, len(colours) - 2)
    share = (at - low)[..., None]
    return colours[low] * (1 - share) + colours[low + 1] * share


def places(rng, pitch, jitter):
    """Points of a loose grid."""
    n = SIDE // pitch + 3
    y, x = np.mgrid[-1:n - 1, -1:n - 1] * float(pitch)
    return np.stack([y, x], -1).reshape(-1, 2) + rng.uniform(-jitter, jitter, (n * n, 2)) * pitch


def cells(points):
    """For every pixel: the nearest point, and how much nearer it is than the second."""
    y, x = np.mgrid[:SIDE, :SIDE]
    distance, which = cKDTree(points).query(np.stack([y, x], -1).reshape(-1, 2), k=2)
    return which[:, 0].reshape(SIDE, SIDE), (distance[:, 1] - distance[:, 0]).reshape(SIDE, SIDE)


def at_points(field, points):
    y, x = np.clip(points.astype(int), 0, SIDE - 1).T
    return field[y, x]


def mosaic(rng):
    """Small glazed tiles in light grout."""
    points = places(rng, 15, .32)
    which, gap = cells(points)
    tone = at_points(smooth(rng, 34), points) * .8 + rng.random(len(points)) * .2
    colour = palette(tone[:, None], ['16324f', '1f6f8b', '3fb1a3', 'f2c14e', 'e4572e', '8f1d2c'])[:, 0] + rng.normal(0, 14, (len(points), 3))
    y, x = np.mgrid[:SIDE, :SIDE]
    lit = ((y - points[which, 0]) + (x - points[which, 1])) * -1.4  # glaze: brighter towards the upper left
    picture = colour[which] + lit[..., None]
    grout = np.clip((3.0 - gap) / 1.2, 0, 1)[..., None]
    return picture * (1 - grout) + np.array([226, 216, 196]) * grout


def night_wind(rng):
    """Thick strokes that follow a turning wind, deep blue to yellow."""
    height = smooth(rng, 46) * 900
    gy, gx = np.gradient(gaussian_filter(height, 6, mode='wrap'))
    length = np.hypot(gx, gy) + 1e-6
    vy, vx = gx / length, -gy / length  # along the contours
    grain = gaussian_filter(rng.standard_normal((SIDE, SIDE)), 1.5, mode='wrap')
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    total = np.zeros((SIDE, SIDE), np.float32)
    for direction in (1, -1):
        py, px = y.copy(), x.copy()
        for _ in range(16):
            total += map_coordinates(grain, [py, px], order=1, mode='wrap')
            dy, dx = (map_coordinates(v, [py, px], order=1, mode='wrap') for v in (vy, vx))
            py, px = py + direction * dy, px + direction * dx
    strokes = np.argsort(np.argsort(total.ravel())).reshape(SIDE, SIDE) / (SIDE * SIDE)
    tone = np.clip(.62 * smooth(rng, 40) + .5 * strokes - .05, 0, 1)
    picture = palette(tone, ['0b1740', '15327a', '2c66b8', '5fa3cf', 'b9d3bb', 'f4dd72', 'f6b73c'])
    gy, gx = np.gradient(gaussian_filter(strokes, .8))
    return picture + ((gy + gx) * 420)[..., None]  # paint that stands out from the canvas


def ink(rng):
    """Pen hatching on cream paper: the darker, the more layers cross."""
    tone = smooth(rng, 30)
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    bend = 5 * (smooth(rng, 24) - .5)
    dark = np.zeros((SIDE, SIDE), np.float32)
    for i, angle in enumerate((.7, -.75, 1.5, .05)):
        across = (x + bend) * np.cos(angle) + (y - bend) * np.sin(angle) + 2.2 * (smooth(rng, 10) - .5)
        line = np.abs(((across / 6.5 + .37 * i) % 1) - .5) * 6.5
        wide = np.clip((tone - .25 - .2 * i) * 5, 0, 1) * 1.05
        dark = np.maximum(dark, np.clip(wide - line + .5, 0, 1))
    which, gap = cells(places(rng, 74, .4))
    dark = np.maximum(dark, np.clip(1.9 - gap, 0, 1))  # outlines
    paper = np.array([243, 234, 214]) + (smooth(rng, 1.2)[..., None] - .5) * 12
    return paper * (1 - dark[..., None]) + np.array([28, 26, 38]) * dark[..., None]


def waves(rng):
    """Printed waves: overlapping arcs in indigo on washed paper, a few in vermilion."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    x, y = x + 5 * (smooth(rng, 20) - .5), y + 5 * (smooth(rng, 20) - .5)
    radius = 30.
    out = np.zeros((SIDE, SIDE, 3), np.float32) + np.array([236, 228, 208])
    filled = np.full((SIDE, SIDE), -1)
    tone = smooth(rng, 40)
    for row in range(-2, int(SIDE / (radius * .5)) + 4):
        cy = row * radius * .5
        cx = np.round((x - (row % 2) * radius) / (2 * radius)) * 2 * radius + (row % 2) * radius
        d = np.hypot(x - cx, y - cy) / radius
        inside = (d < 1) & (y < cy + radius)
        ring = np.abs((d * 4.2) % 1 - .5)
        shade = palette(np.clip(.2 + .8 * tone, 0, 1), ['112250', '1f4788', '3b7bb5', '8fb8cf'])
        red = (np.sin(cx * 12.9898 + cy * 78.233) * 43758.5453 % 1) < .14
        shade = np.where(red[..., None], np.array([202, 62, 40]), shade)
        paint = np.where((ring < .24)[..., None], np.array([240, 234, 220]), shade)
        paint = np.where((d > .94)[..., None], np.array([20, 28, 60]), paint)
        out = np.where(inside[..., None], paint, out)
        filled[inside] = row
    grain = (smooth(rng, 1.0) - .5)[..., None] * 22 + (smooth(rng, 9) - .5)[..., None] * 20
    return gaussian_filter(out, (.6, .6, 0)) + grain


def glass(rng):
    """Stained glass: large panes of strong colour in black lead, light from behind."""
    points = places(rng, 46, .42)
    which, gap = cells(points)
    hues = ['7a0f2b', 'd1253a', 'f08a24', 'f7d046', '2f9e58', '1c6fae', '2b2f88', '7d3a9c']
    colour = palette(rng.random(len(points))[:, None], hues)[:, 0]
    light = .72 + .55 * smooth(rng, 26) + .16 * (smooth(rng, 2.2) - .5)
    picture = colour[which] * light[..., None]
    glow = np.clip(gap / 34, 0, 1)[..., None]
    picture = picture * (.75 + .4 * glow)
    lead = np.clip((6.5 - gap) / 2, 0, 1)[..., None]
    return picture * (1 - lead) + np.array([16, 15, 20]) * lead


def dots(rng):
    """Pointillism: dabs of pure colour side by side on a light ground."""
    picture = np.zeros((SIDE, SIDE, 3), np.float32) + np.array([240, 230, 205])
    tone = smooth(rng, 36)
    y, x = np.mgrid[:SIDE, :SIDE]
    for layer in range(4):
        points = places(rng, 9, .5)
        distance, which = cKDTree(points).query(np.stack([y, x], -1).reshape(-1, 2))
        distance, which = distance.reshape(SIDE, SIDE), which.reshape(SIDE, SIDE)
        value = np.clip(at_points(tone, points) + rng.normal(0, .16, len(points)), 0, 1)
        colour = palette(value[:, None], ['22306e', '3a6fb0', '4aa37c', 'a9c44a', 'f2cf4d', 'ee8a3d', 'd94a4a', 'b04a94'])[:, 0] + rng.normal(0, 16, (len(points), 3))
        dab = np.clip(rng.uniform(2.6, 4.2, len(points))[which] - distance + .5, 0, 1)[..., None] * .94
        picture = picture * (1 - dab) + colour[which] * dab
    return picture


STYLES = {'mosaic': mosaic, 'night-wind': night_wind, 'ink': ink, 'waves': waves, 'glass': glass, 'dots': dots}


def style_picture(name):
    """uint8 512,512,3"""
    rng = np.random.default_rng(sorted(STYLES).index(name) + 1)
    return np.clip(STYLES[name](rng) + .5, 0, 255).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    os.makedirs(args.out, exist_ok=True)
    for name in STYLES:
        Image.fromarray(style_picture(name)).save(os.path.join(args.out, f'{name}.png'))


if __name__ == '__main__':
    main()
