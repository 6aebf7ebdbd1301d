"""Pictures to tensors."""
import numpy as np
import torch


def as_tensor(pictures):
    """uint8 N,H,W,3 -> N,3,H,W in [-1,1]"""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
