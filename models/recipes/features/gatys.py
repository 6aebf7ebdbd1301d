"""The loss of Gatys et al. with colours, and its slope written out by hand so that it can be exported as a graph."""
import torch
import torch.nn as nn
import torch.nn.functional as F

from net import LAYERS

CONTENT = '4_1'
STYLE = ('1_1', '2_1', '3_1', '4_1')
COLOUR_WEIGHT = 2.0


def gram(maps):
    """N,C,H,W -> N,C,C: how much each pair of channels occurs together, a mean over the places."""
    flat = maps.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def with_one(picture):
    """N,3,H,W -> N,4,H,W: the products with the constant channel are the mean colour."""
    return torch.cat([picture, torch.ones_like(picture[:, :1])], 1)


def grams_of(picture, maps):
    """Five matrices: of the colours, then of relu1_1, relu2_1, relu3_1, relu4_1. The net, trained to name things
    whatever their colour, hardly sees colours; the first matrix does."""
    return [gram(with_one(picture)), *(gram(maps[f'relu{layer}']) for layer in STYLE)]


def style_loss(grams, wanted):
    """Sum over the matrices of mean((G - A)^2) / mean(A^2): relative, so that no layer needs a weight of its own."""
    losses = [(g - a).square().mean((1, 2)) / a.square().mean((1, 2)) for g, a in zip(grams, wanted)]
    return COLOUR_WEIGHT * losses[0] + sum(losses[1:])


def without_border(slope):
    """The slope through a border of repeated pixels: what fell on the border belongs to the pixel it repeats."""
    rows = torch.cat([slope[:, :, :1] + slope[:, :, 1:2], slope[:, :, 2:-2], slope[:, :, -2:-1] + slope[:, :, -1:]], 2)
    return torch.cat([rows[..., :1] + rows[..., 1:2], rows[..., 2:-2], rows[..., -2:-1] + rows[..., -1:]], 3)


def pull(maps, wanted, weight):
    """The slope of weight * mean((G - A)^2) / mean(A^2) with respect to the maps: 4 (G - A) F / (C^2 H W mean(A^2))."""
    n, c, h, w = maps.shape
    difference = gram(maps) - wanted
    scale = 4 * weight / (c * c) / wanted.square().mean()
    return (difference @ maps.flatten(2)).reshape(n, c, h, w) * scale / (h * w)


class GatysSlope(nn.Module):
    """Gatys et al. 2016, eq. 1, 5 and 7, for one picture.

    image 1,3,H,W in [-1,1] (H and W multiples of 8), content 1,256,H/8,W/8 (relu4_1 of the content picture), gram0
    1,4,4 and gram1..4 1,C,C (grams_of the style), content_weight and style_weight [1] -> loss [1] and slope 1,3,H,W.
    Loss = content_weight * mean((relu4_1 - content)^2) + style_weight * style_loss.
    """

    def __init__(self, plain):
        super().__init__()
        self.plain = plain

    def forward(self, image, content, gram0, gram1, gram2, gram3, gram4, content_weight, style_weight):
        maps = self.plain(image, last=STYLE[-1])
        grams = [gram0, gram1, gram2, gram3, gram4]
        wanted = dict(zip(STYLE, grams[1:]))
        off = maps[f'relu{CONTENT}'] - content
        loss = content_weight * off.square().mean() + style_weight * style_loss(grams_of(image, maps), grams)
        slope = None
        for layer in reversed(LAYERS[:LAYERS.index(STYLE[-1]) + 1]):
            here = maps[f'relu{layer}']
            if layer in wanted:
                drawn = pull(here, wanted[layer], style_weight)
                slope = drawn if slope is None else slope + drawn
            if layer == CONTENT:
                slope = slope + content_weight * 2 * off / (off.shape[1] * off.shape[2] * off.shape[3])
            slope = slope * (here > 0).to(slope.dtype)
            slope = without_border(F.conv_transpose2d(slope, getattr(self.plain, f'conv{layer}').weight))
            if layer.endswith('_1') and layer != '1_1':
                slope = F.interpolate(slope, scale_factor=2.0, mode='nearest') / 4
        return loss, slope + pull(with_one(image), gram0, COLOUR_WEIGHT * style_weight)[:, :3]
