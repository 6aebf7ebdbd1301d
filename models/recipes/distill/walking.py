"""DDIM as rotation. With v-prediction x = cos(φ)·clean + sin(φ)·noise and v is x's derivative by the angle φ, so a step of DDIM from
φ to ψ is x·cos(φ − ψ) − v·sin(φ − ψ) (Salimans & Ho 2022, appendix D), and the velocity that leads from here to there is known."""
import torch

from nets import TRAIN_TIMESTEPS

CELLS, GUIDANCE = 16, 2.0
LONG, SHORT = 20, 4  # steps of the walk that is learnt from, and of the one that is learnt
STRIDE = LONG // SHORT


def timesteps(steps):
    """Trailing, as the model is sampled; the last is the picture itself."""
    return [round(TRAIN_TIMESTEPS - i * TRAIN_TIMESTEPS / steps) - 1 for i in range(steps)] + [None]


def angle(alphas, t):
    return torch.zeros((), device=alphas.device) if t is None else alphas[t].sqrt().clamp(-1, 1).acos()


def rotate(alphas, x, velocity, t, following):
    """One step of DDIM, η = 0."""
    by = angle(alphas, t) - angle(alphas, following)
    return by.cos() * x - by.sin() * velocity


def velocity_between(x, there, by):
    """The velocity with which one step by the angle `by` leads from x to `there`."""
    return (by.cos() * x - there) / by.sin()
