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


def guided_gram(maps, guide):
    """1,C,H,W and R,1,H,W -> R,C,C: the same as a mean that is weighted by each region's guide, Gatys et al. 2017,
    eq. 4 and 5 with guidance channels that are the roots of these."""
    weighted = (maps * guide).flatten(2)
    return weighted @ maps.flatten(2).transpose(1, 2) / guide.sum((2, 3))[:, :, None]


def with_one(picture):
    """N,3,H,W -> N,4,H,W: the products with the constant channel are the mean colour."""
    return torch.cat([picture, torch.ones_like(picture[:, :1])], 1)


def grams_of(picture, maps):
    """Five matrices: of the colours, then of relu1_1, relu2_1, relu3_1, relu4_1. The net, trained to name things
    whatever their colour, hardly sees colours; the first matrix does."""
    return [gram(with_one(picture)), *(gram(maps[f'relu{layer}']) for layer in STYLE)]


def style_loss(grams, wanted):
    """Sum over the matrices of mean((G - A)^2) / mean(A^2): relative, so that no layer needs a weight of its own. One
    loss per region."""
    losses = [(g - a).square().mean((1, 2)) / a.square().mean((1, 2)) for g, a in zip(grams, wanted)]
    return COLOUR_WEIGHT * losses[0] + sum(losses[1:])


def without_border(slope):
    """The slope through a border of repeated pixels: what fell on the border belongs to the pixel it repeats."""
    rows = torch.cat([slope[:, :, :1] + slope[:, :, 1:2], slope[:, :, 2:-2], slope[:, :, -2:-1] + slope[:, :, -1:]], 2)
    return torch.cat([rows[..., :1] + rows[..., 1:2], rows[..., 2:-2], rows[..., -2:-1] + rows[..., -1:]], 3)


def pull(maps, guide, off, wanted, weights):
    """The slope of sum_r weight_r mean((G_r - A_r)^2) / mean(A_r^2) with respect to the maps, off being G - A:
    sum_r 4 weight_r guide_r (G_r - A_r) F / (C^2 sum(guide_r) mean(A_r^2))."""
    _, c, h, w = maps.shape
    scale = 4 * weights / (c * c) / wanted.square().mean((1, 2)) / guide.sum((1, 2, 3))
    drawn = (off * scale[:, None, None]) @ maps.flatten(2)
    return (drawn.reshape(-1, c, h, w) * guide).sum(0, keepdim=True)


class GatysSlope(nn.Module):
    """Gatys et al. 2016, eq. 1, 5 and 7, for one picture whose regions may have styles of their own (Gatys et al. 2017).

    image 1,3,H,W in [-1,1] (H and W multiples of 8), content 1,256,H/8,W/8 (relu4_1 of the content picture), guides
    R,1,H,W in [0,1] (where each region is; none empty), gram0 R,4,4 and gram1..4 R,C,C (grams_of each region's style),
    content_weight [1] and style_weights [R] -> loss [1] and slope 1,3,H,W.
    Loss = content_weight * mean((relu4_1 - content)^2) + sum over r of style_weights_r * style_loss_r.
    """

    def __init__(self, plain):
        super().__init__()
        self.plain = plain

    def forward(self, image, content, guides, gram0, gram1, gram2, gram3, gram4, content_weight, style_weights):
        maps = self.plain(image, last=STYLE[-1])
        wanted = [gram0, gram1, gram2, gram3, gram4]
        seen = [with_one(image), *(maps[f'relu{layer}'] for layer in STYLE)]
        guide = [guides, guides]
        for _ in STYLE[1:]:
            guide.append(F.avg_pool2d(guide[-1], 2))
        grams = [guided_gram(m, g) for m, g in zip(seen, guide)]
        off = maps[f'relu{CONTENT}'] - content
        loss = content_weight * off.square().mean() + (style_weights * style_loss(grams, wanted)).sum()
        slopes = [pull(m, g, gram - a, a, style_weights) for m, g, gram, a in zip(seen, guide, grams, wanted)]
        drawn = dict(zip(STYLE, slopes[1:]))
        slope = None
        for layer in reversed(LAYERS[:LAYERS.index(STYLE[-1]) + 1]):
            if layer in drawn:
                slope = drawn[layer] if slope is None else slope + drawn[layer]
            if layer == CONTENT:
                slope = slope + content_weight * 2 * off / (off.shape[1] * off.shape[2] * off.shape[3])
            slope = slope * (maps[f'relu{layer}'] > 0).to(slope.dtype)
            slope = without_border(F.conv_transpose2d(slope, getattr(self.plain, f'conv{layer}').weight))
            if layer.endswith('_1') and layer != '1_1':
                slope = F.interpolate(slope, scale_factor=2.0, mode='nearest') / 4
        return loss, slope + COLOUR_WEIGHT * slopes[0][:, :3]
