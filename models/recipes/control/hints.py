"""Hint pictures drawn from a finished picture: thin edges (Canny), thick ones (a scribble), filled outlines (silhouette)."""
import numpy as np
from scipy import ndimage

KINDS = ('canny', 'scribble', 'silhouette')


def canny(picture, sigma=1.0, low=40.0, high=90.0):
    """uint8 H,W,3 -> bool H,W. Canny 1986: blurred luma, Sobel, thinned along the gradient, weak edges kept beside strong."""
    luma = ndimage.gaussian_filter(picture @ np.array([.299, .587, .114], np.float32), sigma)
    gx, gy = ndimage.sobel(luma, 1), ndimage.sobel(luma, 0)
    strength = np.hypot(gx, gy)
    padded = np.pad(strength, 1)
    sector = np.floor((np.arctan2(gy, gx) * 4 / np.pi + 8.5)).astype(int) % 4
    thin = np.zeros(strength.shape, bool)
    h, w = strength.shape
    for i, (dy, dx) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
        before = padded[1 - dy:1 - dy + h, 1 - dx:1 - dx + w]
        after = padded[1 + dy:1 + dy + h, 1 + dx:1 + dx + w]
        thin |= (sector == i) & (strength >= before) & (strength > after)
    labels, _ = ndimage.label(thin & (strength > low), np.ones((3, 3)))
    kept = np.unique(labels[thin & (strength > high)])
    return np.isin(labels, kept[kept > 0])


def scribble(edges, width=3):
    return ndimage.grey_dilation(edges.astype(np.uint8), (width, width)).astype(bool)


def disturbed(rng, hint):
    """A hint as people's own might be: patches missing."""
    hint = hint.copy()
    for _ in range(int(rng.integers(0, 4)) if rng.random() < .4 else 0):
        y, x = rng.integers(0, hint.shape[0] - 16, 2)
        hint[y:y + 16, x:x + 16] = False
    return hint
