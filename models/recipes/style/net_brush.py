"""A feed-forward painter for one style (Johnson et al. 2016, with the instance normalisation of Ulyanov et al. 2017).

Nearly all of it works on cells of 4 x 4 pixels. Beside the picture it sees a sheet of noise that is always the same: where the
picture is flat, the noise tells it where a tile ends and the next begins.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

CELL = 4
WIDTH = 96
NOISE_CHANNELS, NOISE_SIDE = 6, 128  # the sheet repeats every 512 pixels


def conv(inputs, outputs, dilation=1):
    return nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)


class Block(nn.Module):
    def __init__(self, width, dilation):
        super().__init__()
        self.first, self.second = conv(width, width), conv(width, width, dilation)
        self.norms = nn.ModuleList(nn.InstanceNorm2d(width, affine=True) for _ in range(2))

    def forward(self, x):
        return x + self.norms[1](self.second(F.relu(self.norms[0](self.first(x)))))


class Brush(nn.Module):
    """N,3,H,W in [-1,1] -> N,3,H,W in [-1,1]; H and W are multiples of 4.

    Trained with zeros around the picture (a third faster); the exported net repeats its border, which leaves no frame."""

    def __init__(self):
        super().__init__()
        noise = torch.randn(1, NOISE_CHANNELS, NOISE_SIDE, NOISE_SIDE, generator=torch.Generator().manual_seed(4))
        self.register_buffer('noise', noise)
        self.see = conv(3 * CELL * CELL + NOISE_CHANNELS, WIDTH)
        self.see_norm = nn.InstanceNorm2d(WIDTH, affine=True)
        self.blocks = nn.ModuleList(Block(WIDTH, dilation) for dilation in (1, 2, 1, 2))
        self.middle, self.middle_norm = conv(WIDTH, 48), nn.InstanceNorm2d(48, affine=True)
        self.fine, self.out = conv(48, 64), conv(16, 3)

    def forward(self, picture, at=None):
        """at: where on the sheet of noise the picture lies, in cells; at its corner if nothing is said."""
        x = F.pixel_unshuffle(picture, CELL)
        rows, columns = ((torch.arange(n, device=x.device) + start) % NOISE_SIDE for n, start in zip(x.shape[2:], at or (0, 0)))
        noise = self.noise[:, :, rows][..., columns].expand(x.shape[0], -1, -1, -1)
        x = F.relu(self.see_norm(self.see(torch.cat([x, noise], 1))))
        for block in self.blocks:
            x = block(x)
        x = F.interpolate(x, scale_factor=2.0, mode='nearest')
        x = F.relu(self.middle_norm(self.middle(x)))
        x = self.out(F.pixel_shuffle(F.relu(self.fine(x)), 2))
        return x if self.training else x.clamp(-1, 1)
