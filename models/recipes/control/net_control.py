"""The control branch of the sticker model, in the split form of a ControlNet (Zhang et al. 2023): residuals for the UNet.

The UNet draws from a sketch that it makes of the text alone. The control branch makes another sketch, of text and hint
picture, runs a copy of the UNet's encoder on each, and hands over the differences. At weight 1 the decoder then works as
if the UNet had been given the hint's sketch; at weight 0 nothing changes; between them it mixes. So no zero convolution
has to be trained out of its zeros: only the hint's sketch has to be learnt.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from nets import LATENT_CHANNELS, TEXT_WIDTH, GroupNorm, UNet, silu, timestep_embedding


class Block(nn.Module):
    """Two convolutions; the pooled text scales and shifts the second."""

    def __init__(self, width, text_width):
        super().__init__()
        self.norm1, self.norm2 = GroupNorm(8, width), GroupNorm(8, width)
        self.conv1, self.conv2 = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.film = nn.Linear(text_width, 2 * width)
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x, text):
        scale, shift = self.film(text)[:, :, None, None].chunk(2, 1)
        y = self.conv1(silu(self.norm1(x)))
        return x + self.conv2(silu(self.norm2(y) * (1 + scale) + shift))


def extent(present, cells):
    """present N,n (bool) -> first and last + 1 in cells, N,1 each; where nothing is present, all of it."""
    n = present.shape[1]
    at = torch.arange(n, device=present.device)[None].to(torch.float32)
    some = present.any(1, keepdim=True)
    first = torch.where(present, at, torch.full_like(at, n)).amin(1, keepdim=True)
    last = torch.where(present, at + 1, torch.zeros_like(at)).amax(1, keepdim=True)
    return torch.where(some, first, torch.zeros_like(first)) * cells / n, torch.where(some, last, torch.full_like(last, n)) * cells / n


def resampling(source, target, n):
    """Rows of bilinear weights N,n,n that bring what lies in the source's extent to the target's."""
    at = torch.arange(n, device=source[0].device).to(torch.float32)
    stretch = (source[1] - source[0]) / (target[1] - target[0])
    where = (at[None] + .5 - target[0]) * stretch + source[0] - .5
    return F.relu(1 - (where[:, :, None] - at[None, None]).abs())


def moved(sketch, hint):
    """The text's sketch N,8,h,w, its figure stretched to stand where the hint's N,1,8h,8w stands, on the same ground."""
    h, w = sketch.shape[2], sketch.shape[3]
    ring = torch.cat([sketch[:, :, 0], sketch[:, :, -1], sketch[:, :, :, 0], sketch[:, :, :, -1]], 2)
    ground = ring.mean(2)[:, :, None, None]
    figure = sketch - ground
    strength = figure.square().mean(1)
    seen = strength > .15 * strength.amax((1, 2), keepdim=True)
    drawn = hint[:, 0] > .5
    down = resampling(extent(seen.any(2), h), extent(drawn.any(2), h), h)
    across = resampling(extent(seen.any(1), w), extent(drawn.any(1), w), w)
    return ground + down[:, None] @ figure @ across[:, None].transpose(2, 3)


class HintSketch(nn.Module):
    """Hint N,1,8h,8w in [0,1], pooled text N,160 and the text's sketch N,8,h,w -> sketch N,8,h,w; h, w multiples of 4.

    The text's sketch knows what things look like, so it is first moved to where the hint is; the rest is learnt.
    """

    def __init__(self, width=96, code=256):
        super().__init__()
        self.norm = nn.LayerNorm(TEXT_WIDTH, elementwise_affine=False)
        self.read = nn.Sequential(nn.Linear(TEXT_WIDTH, code), nn.GELU(), nn.Linear(code, code), nn.GELU())
        self.eyes = nn.ModuleList([nn.Conv2d(1, 24, 5, 2, 2), nn.Conv2d(24, 64, 3, 2, 1), nn.Conv2d(64, width, 3, 2, 1)])
        self.known = nn.Conv2d(LATENT_CHANNELS, width, 3, padding=1)
        self.fine = nn.ModuleList([Block(width, code) for _ in range(2)])
        self.shrink, self.coarse = nn.Conv2d(width, 128, 3, 2, 1), nn.ModuleList([Block(128, code) for _ in range(2)])
        self.shrink2, self.coarsest = nn.Conv2d(128, 128, 3, 2, 1), nn.ModuleList([Block(128, code) for _ in range(2)])
        self.grow2, self.coarse2 = nn.Conv2d(128, 128, 3, 1, 1), nn.ModuleList([Block(128, code)])
        self.grow, self.fine2 = nn.Conv2d(128, width, 3, 1, 1), nn.ModuleList([Block(width, code) for _ in range(2)])
        self.norm_out, self.out = GroupNorm(8, width), nn.Conv2d(width, LATENT_CHANNELS, 3, padding=1)
        nn.init.zeros_(self.out.weight)

    def forward(self, hint, pooled, plain):
        text = self.read(self.norm(pooled))
        known = moved(plain.float(), hint.float())
        x = hint
        for eye in self.eyes:
            x = F.relu(eye(x))
        x = x + self.known(known)
        for block in self.fine:
            x = block(x, text)
        y = self.shrink(x)
        for block in self.coarse:
            y = block(y, text)
        z = self.shrink2(y)
        for block in self.coarsest:
            z = block(z, text)
        y = y + self.grow2(F.interpolate(z, scale_factor=2.0, mode='nearest'))
        for block in self.coarse2:
            y = block(y, text)
        x = x + self.grow(F.interpolate(y, scale_factor=2.0, mode='nearest'))
        for block in self.fine2:
            x = block(x, text)
        return known + self.out(silu(self.norm_out(x))).float()


def encode(unet, x, sketch, e, text):
    """The UNet's way down: the five maps its decoder sees again, and the middle."""
    x0 = unet.conv_in(torch.cat([x, sketch], 1))
    x1 = unet.down1(x0, e)
    x2 = unet.down2_attention(unet.down2(unet.shrink1(x1), e), text)
    x3 = unet.down3_attention(unet.down3(x2, e), text)
    x4 = unet.down4_attention(unet.down4(unet.shrink2(x3), e), text)
    return (x0, x1, x2, x3, x4), unet.middle(x4, e)


def prepare(unet, x, t, text):
    e = silu(unet.time_mlp(timestep_embedding(t, 128)) + unet.text_pool(text.mean(1)))
    return e, F.interpolate(unet.sketch(text).to(x.dtype), size=x.shape[2:], mode='bilinear', align_corners=False)


class Control(nn.Module):
    """sample N,8,h,w, timestep N, text N,T,160, hint N,3,8h,8w in [0,1], weight N -> five residuals and the middle's."""

    def __init__(self, unet: UNet, hint_sketch: HintSketch):
        super().__init__()
        self.unet, self.hint_sketch = unet, hint_sketch

    def forward(self, sample, timestep, text, hint, weight):
        e, plain = prepare(self.unet, sample, timestep, text)
        led = self.hint_sketch(hint.mean(1, keepdim=True), text.mean(1), plain)
        with_hint, middle = encode(self.unet, sample, led, e, text)
        without, plain_middle = encode(self.unet, sample, plain, e, text)
        scale = weight[:, None, None, None]
        return (*(scale * (a - b) for a, b in zip(with_hint, without)), scale * (middle - plain_middle))


class ControlledUNet(nn.Module):
    """The same UNet with six more inputs, added to what its decoder is handed; all zero: the plain UNet."""

    def __init__(self, unet: UNet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, text, r0, r1, r2, r3, r4, middle):
        u = self.unet
        e, sketch = prepare(u, sample, timestep, text)
        (x0, x1, x2, x3, x4), h = encode(u, sample, sketch, e, text)
        h = h + middle
        h = u.up4_attention(u.up4(torch.cat([h, x4 + r4], 1), e), text)
        h = u.grow2(F.interpolate(h, scale_factor=2.0, mode='nearest'))
        h = u.up3_attention(u.up3(torch.cat([h, x3 + r3], 1), e), text)
        h = u.up2_attention(u.up2(torch.cat([h, x2 + r2], 1), e), text)
        h = u.grow1(F.interpolate(h, scale_factor=2.0, mode='nearest'))
        h = u.up1(torch.cat([h, x1 + r1], 1), e)
        h = u.up0(torch.cat([h, x0 + r0], 1), e)
        return u.conv_out(silu(u.norm_out(h)))
