"""A StyleGAN2 for faces of 128 px (Karras et al. 2020): mapping, synthesis, discriminator; and the encoder that reads faces."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

W = 128
CHANNELS = {4: 128, 8: 128, 16: 96, 32: 64, 64: 32, 128: 24}
LAYERS = 2 * len(CHANNELS)
NOISE = sum(2 * side * side for side in CHANNELS)
SHARPNESS = 20.0  # of the choice among an attribute's values: faces have one value, hardly ever a blend


class Modulated(nn.Module):
    """Convolution whose input channels are scaled by the style and whose output is brought back to unit variance.

    Scaling the maps instead of the weights is the same function and needs no weights per sample.
    """

    def __init__(self, inputs, outputs, kernel=3, demodulate=True):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel) / math.sqrt(inputs * kernel ** 2))
        self.style = nn.Linear(W, inputs)
        nn.init.ones_(self.style.bias)
        self.demodulate, self.pad = demodulate, kernel // 2

    def forward(self, x, w):
        style = self.style(w)
        y = F.conv2d(x * style[:, :, None, None].to(x.dtype), self.weight, padding=self.pad)
        if self.demodulate:
            power = (style.float() ** 2) @ (self.weight ** 2).sum((2, 3)).t()
            y = y * torch.rsqrt(power + 1e-8)[:, :, None, None].to(y.dtype)
        return y


class Layer(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = Modulated(inputs, outputs)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.noise_strength = nn.Parameter(torch.zeros(()))

    def forward(self, x, w, noise):
        y = self.conv(x, w)
        y = y + self.bias[None, :, None, None].to(y.dtype)
        if noise is not None:
            y = y + (self.noise_strength * noise).to(y.dtype)
        return F.leaky_relu(y, .2) * 1.4


class Synthesis(nn.Module):
    """w N,12,128 and noise N,NOISE (or None) -> picture N,3,128,128, about [-1,1]. Layers 2i and 2i+1 draw at 4*2^i px."""

    def __init__(self):
        super().__init__()
        self.constant = nn.Parameter(torch.randn(1, 128, 4, 4))
        self.layers, self.to_rgb = nn.ModuleList(), nn.ModuleList()
        width = 128
        for out in CHANNELS.values():
            self.layers += [Layer(width, out), Layer(out, out)]
            self.to_rgb.append(Modulated(out, 3, 1, demodulate=False))
            width = out

    def forward(self, w, noise=None):
        x, picture, at = self.constant.expand(w.shape[0], -1, -1, -1), None, 0
        for level, side in enumerate(CHANNELS):
            if level:
                x = F.interpolate(x, scale_factor=2., mode='bilinear', align_corners=False)
            for i in (2 * level, 2 * level + 1):
                grain = None
                if noise is not None:
                    grain = noise[:, at:at + side * side].reshape(-1, 1, side, side)
                    at += side * side
                x = self.layers[i](x, w[:, i], grain)
            colour = self.to_rgb[level](x, w[:, 2 * level + 1])
            if picture is not None:
                colour = colour + F.interpolate(picture, scale_factor=2., mode='bilinear', align_corners=False)
            picture = colour
        return picture.float()


class Mapping(nn.Module):
    """z N,68 ~ N(0,1) -> w N,128. Each block of z chooses among the values of one attribute; a perceptron, silent at
    first, adds what the attributes do not say."""

    def __init__(self, cards, shares):
        """cards: number of values per attribute. shares: how often each value occurs, one list per attribute."""
        super().__init__()
        self.cards = cards
        self.values = nn.ParameterList([nn.Parameter(torch.randn(c, W) * .4) for c in cards])
        self.register_buffer('lean', torch.cat([leaning(s) for s in shares]))
        self.rest = nn.Sequential(nn.Linear(sum(cards), W), nn.LeakyReLU(.2), nn.Linear(W, W), nn.LeakyReLU(.2), nn.Linear(W, W))
        nn.init.zeros_(self.rest[-1].weight)
        nn.init.zeros_(self.rest[-1].bias)

    def chosen(self, z):
        return [torch.softmax(SHARPNESS * block, 1) for block in (z + self.lean).split(self.cards, 1)]

    def forward(self, z):
        attributes = sum(share @ values for share, values in zip(self.chosen(z), self.values))
        return attributes + self.rest(z)

    def of_attributes(self, attributes):
        """indices N,12 -> w N,128."""
        return sum(values[attributes[:, i]] for i, values in enumerate(self.values))


def leaning(share):
    """What to add to standard normals so that their argmax is distributed as share; found by simulation."""
    if max(share) - min(share) < 1e-6:
        return torch.zeros(len(share))
    draws = torch.randn(20000, len(share), generator=torch.Generator().manual_seed(0))
    wanted, lean = torch.tensor(share), torch.zeros(len(share))
    for _ in range(200):
        seen = torch.bincount((draws + lean).argmax(1), minlength=len(share)) / len(draws)
        lean += .5 * (wanted - seen)
    return lean


class Discriminator(nn.Module):
    """Picture N,3,128,128 -> N. Residual blocks, and at the end how much the batch varies (Karras et al. 2018)."""

    def __init__(self):
        super().__init__()
        widths = [16, 32, 64, 96, 128, 128]
        self.first = nn.Conv2d(3, widths[0], 1)
        self.blocks = nn.ModuleList([Down(a, b) for a, b in zip(widths, widths[1:])])
        self.last = nn.Conv2d(widths[-1] + 1, 128, 3, padding=1)
        self.score = nn.Sequential(nn.Linear(128 * 16, 128), nn.LeakyReLU(.2), nn.Linear(128, 1))
        for layer in self.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                nn.init.kaiming_normal_(layer.weight, a=.2)
                if layer.bias is not None:
                    nn.init.zeros_(layer.bias)

    def forward(self, picture):
        x = F.leaky_relu(self.first(picture), .2)
        for block in self.blocks:
            x = block(x)
        varies = x.float().std(0, unbiased=False).mean().expand(x.shape[0], 1, 4, 4).to(x.dtype)
        x = F.leaky_relu(self.last(torch.cat([x, varies], 1)), .2)
        return self.score(x.flatten(1)).float().squeeze(1)


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, inputs, 3, padding=1)
        self.conv2 = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, x):
        y = F.leaky_relu(self.conv1(x), .2)
        y = F.leaky_relu(self.conv2(y), .2)
        return (y + self.skip(F.avg_pool2d(x, 2))) * math.sqrt(.5)


class Encoder(nn.Module):
    """Picture N,3,128,128 in [-1,1] -> logits of every attribute's values, N,68. Reads what the labels name."""

    def __init__(self, cards):
        super().__init__()
        widths = [24, 48, 96, 128, 160]
        self.blocks = nn.ModuleList()
        width = 3
        for out in widths:
            self.blocks.append(nn.Sequential(nn.Conv2d(width, out, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(),
                                             nn.Conv2d(out, out, 3, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU()))
            width = out
        self.out = nn.Linear(width * 16, sum(cards))

    def forward(self, picture):
        x = picture
        for block in self.blocks:
            x = block(x)
        return self.out(x.flatten(1))
