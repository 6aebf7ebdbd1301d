"""Textures drawn by formula: what the feature net learns about surfaces, and grounds for its icons.

Each family is a function of a random generator and a size that returns values H,W in [0,1]; two random colours make a
picture of it. Families that differ only in direction are kept apart, so that the net has to see directions.
"""
import numpy as np
from scipy.ndimage import gaussian_filter, zoom


def grid(size):
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    return x, y


def turned(rng, size, angle, jitter=.12):
    x, y = grid(size)
    a = angle + rng.uniform(-jitter, jitter)
    return x * np.cos(a) + y * np.sin(a), y * np.cos(a) - x * np.sin(a)


def stripes(angle):
    def draw(rng, size):
        u, _ = turned(rng, size, angle)
        return (np.sin(u * 2 * np.pi / rng.uniform(5, 16) + rng.uniform(0, 7)) > rng.uniform(-.5, .5)).astype(np.float32)
    return draw


def waves(angle):
    def draw(rng, size):
        u, v = turned(rng, size, angle)
        bend = rng.uniform(2, 5) * np.sin(v * 2 * np.pi / rng.uniform(14, 30) + rng.uniform(0, 7))
        return .5 + .5 * np.sin((u + bend) * 2 * np.pi / rng.uniform(6, 14))
    return draw


def strokes(angle):
    """Short marks in one direction: noise smoothed along it."""
    def draw(rng, size):
        side = int(size * 1.5)
        noise = gaussian_filter(rng.standard_normal((side, side)).astype(np.float32), (rng.uniform(.6, 1.4), rng.uniform(4, 9)))
        u, v = turned(rng, size, angle)
        u, v = (u - u.min()).astype(int) % side, (v - v.min()).astype(int) % side
        return normal(noise[v, u])
    return draw


def normal(values):
    low, high = np.percentile(values, (2, 98))
    return np.clip((values - low) / max(high - low, 1e-6), 0, 1)


def dots(rng, size):
    u, v = turned(rng, size, rng.uniform(0, 1.5))
    pitch = rng.uniform(7, 16)
    d = np.hypot((u % pitch) - pitch / 2, (v % pitch) - pitch / 2)
    return np.clip(rng.uniform(.2, .45) * pitch - d + .5, 0, 1)


def rings(rng, size):
    x, y = grid(size)
    pitch = rng.uniform(12, 24)
    d = np.hypot((x % pitch) - pitch / 2, (y % pitch) - pitch / 2)
    return .5 + .5 * np.sin(d * 2 * np.pi / rng.uniform(4, 8))


def scales(rng, size):
    x, y = grid(size)
    pitch = rng.uniform(10, 20)
    row = np.floor(y / (pitch / 2))
    d = np.hypot(((x + (row % 2) * pitch / 2) % pitch) - pitch / 2, y - row * pitch / 2)
    return np.clip(d / (pitch * .6), 0, 1) ** 2


def checks(rng, size):
    u, v = turned(rng, size, rng.choice([0, .785]))
    pitch = rng.uniform(6, 16)
    return ((u // pitch + v // pitch) % 2).astype(np.float32)


def bricks(rng, size):
    x, y = grid(size)
    high = rng.uniform(6, 12)
    wide = high * rng.uniform(1.8, 2.6)
    row = np.floor(y / high)
    inside = ((x + (row % 2) * wide / 2) % wide > 1.5) & (y % high > 1.5)
    shade = rng.uniform(.6, 1, (64, 64))[(row % 64).astype(int), (((x + (row % 2) * wide / 2) // wide) % 64).astype(int)]
    return inside * shade


def cells(edges):
    """Voronoi cells, filled (a mosaic) or only their borders."""
    def draw(rng, size):
        x, y = grid(size)
        n = int(rng.uniform(20, 90) * (size / 96) ** 2)
        px, py = rng.uniform(-8, size + 8, (2, n))
        d = np.sqrt((x[..., None] - px) ** 2 + (y[..., None] - py) ** 2)
        near = np.argmin(d, 2)
        if not edges:
            return rng.uniform(0, 1, n)[near]
        two = np.partition(d, 1, 2)[..., :2]
        return np.clip((two[..., 1] - two[..., 0]) / 3, 0, 1)
    return draw


def clouds(rng, size):
    total = np.zeros((size, size), np.float32)
    for octave in range(3, 6):
        coarse = rng.standard_normal((2 ** octave, 2 ** octave))
        total += zoom(coarse, size / 2 ** octave, order=1)[:size, :size] / 2 ** octave
    return normal(total)


def speckle(rng, size):
    return normal(gaussian_filter(rng.standard_normal((size, size)), rng.uniform(.3, .9)))


def blots(rng, size):
    return (gaussian_filter(rng.standard_normal((size, size)), rng.uniform(2, 4)) > 0).astype(np.float32)


def marble(rng, size):
    u, _ = turned(rng, size, rng.uniform(0, 3.1))
    return .5 + .5 * np.sin(u * .25 + 6 * clouds(rng, size))


def weave(rng, size):
    x, y = grid(size)
    pitch = rng.uniform(5, 10)
    over = ((x // pitch + y // pitch) % 2).astype(bool)
    return np.where(over, np.abs(np.sin(np.pi * x / pitch)), .6 * np.abs(np.sin(np.pi * y / pitch)))


def crosshatch(rng, size):
    return np.minimum(strokes(.785)(rng, size), strokes(-.785)(rng, size))


def zigzag(rng, size):
    u, v = turned(rng, size, rng.choice([0, 1.571]))
    pitch = rng.uniform(8, 18)
    return (((u + np.abs((v % pitch) - pitch / 2)) // rng.uniform(3, 6)) % 2).astype(np.float32)


def spirals(rng, size):
    x, y = grid(size)
    pitch = rng.uniform(20, 34)
    a, b = (x % pitch) - pitch / 2, (y % pitch) - pitch / 2
    return .5 + .5 * np.sin(np.hypot(a, b) * 2 * np.pi / 6 + np.arctan2(b, a))


def maze(rng, size):
    pitch = int(rng.integers(6, 11))
    n = size // pitch + 1
    flip = np.kron(rng.random((n, n)) > .5, np.ones((pitch, pitch)))[:size, :size]
    x, y = grid(size)
    u, v = x % pitch, y % pitch
    return (np.where(flip, np.abs(u - v), np.abs(u + v - pitch)) < 1.6).astype(np.float32)


FAMILIES = {
    **{f'stripes {i}': stripes(i * np.pi / 4) for i in range(4)},
    **{f'waves {i}': waves(i * np.pi / 2) for i in range(2)},
    **{f'strokes {i}': strokes(i * np.pi / 4) for i in range(4)},
    'dots': dots, 'rings': rings, 'scales': scales, 'checks': checks, 'bricks': bricks, 'mosaic': cells(False),
    'cracks': cells(True), 'clouds': clouds, 'speckle': speckle, 'blots': blots, 'marble': marble, 'weave': weave,
    'crosshatch': crosshatch, 'zigzag': zigzag, 'spirals': spirals, 'maze': maze,
}


def coloured(rng, values):
    """uint8 H,W,3 from values in [0,1] between two colours that are not alike, sometimes over a third."""
    while True:
        a, b = rng.uniform(0, 255, (2, 3))
        if np.abs(a - b).sum() > 120:
            break
    picture = a + values[..., None] * (b - a)
    if rng.random() < .3:
        picture += rng.uniform(10, 40) * (clouds(rng, len(values))[..., None] - .5) * rng.uniform(-1, 1, 3)
    return np.clip(picture + .5, 0, 255).astype(np.uint8)


def bank(rng, per_family, size):
    """uint8 F*P,S,S,3: per_family pictures of each family, family by family."""
    return np.stack([coloured(rng, draw(rng, size)) for draw in FAMILIES.values() for _ in range(per_family)])
