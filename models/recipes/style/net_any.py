"""Any style from one picture: adaptive instance normalisation between an encoder and a decoder (Huang & Belongie 2017).

The encoder is the feature net up to relu3_1. It hardly sees colours, so the picture itself, a quarter the size, goes
along as three more channels; their means and deviations are exchanged like all others.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

CHANNELS = 128 + 3


class AnyEncoder(nn.Module):
    """N,3,H,W in [-1,1], H and W multiples of 4 -> N,131,H/4,W/4."""

    def __init__(self, plain):
        super().__init__()
        self.plain = plain

    def forward(self, image):
        return torch.cat([self.plain(image, last='3_1')['relu3_1'], F.avg_pool2d(image, 4)], 1)


def conv(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode='replicate')


class AnyDecoder(nn.Module):
    """N,131,h,w -> N,3,4h,4w in [-1,1]: the pooled colours, enlarged, plus what the maps add."""

    def __init__(self):
        super().__init__()
        self.wide = nn.ModuleList([conv(CHANNELS, 128), conv(128, 96)])
        self.middle = nn.ModuleList([conv(96, 64), conv(64, 48)])
        self.fine = nn.ModuleList([conv(48, 32), conv(32, 24)])
        self.out = conv(24, 3)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, maps):
        x = maps
        for layer in self.wide:
            x = F.relu(layer(x))
        x = F.interpolate(x, scale_factor=2.0, mode='nearest')
        for layer in self.middle:
            x = F.relu(layer(x))
        x = F.interpolate(x, scale_factor=2.0, mode='nearest')
        for layer in self.fine:
            x = F.relu(layer(x))
        colours = F.interpolate(maps[:, -3:], scale_factor=4.0, mode='bilinear', align_corners=False)
        return (colours + self.out(x)).clamp(-1, 1) if not self.training else colours + self.out(x)


def moments(maps):
    """Mean and deviation of every channel of every picture, N,C,1,1 each."""
    mean = maps.mean((2, 3), keepdim=True)
    return mean, ((maps - mean).square().mean((2, 3), keepdim=True) + 1e-5).sqrt()


def adain(content, style):
    """Eq. 8: the content's maps with the style's means and deviations."""
    (mean, deviation), (to_mean, to_deviation) = moments(content), moments(style)
    return to_deviation * (content - mean) / deviation + to_mean
