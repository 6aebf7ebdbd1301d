"""The networks of the sticker-diffusion model.

Shapes: pictures and latents are N,C,H,W; text is N,T,D. Everything runs alike on CPU (torch >= 1.13) and CUDA.
Nothing here knows about data: the training scripts do.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

LATENT_CHANNELS = 8
LATENT_STRIDE = 8  # one latent cell is 8 x 8 pixels
TEXT_LENGTH = 24
TEXT_WIDTH = 160
TRAIN_TIMESTEPS = 1000


class GroupNorm(nn.GroupNorm):
    """In float32, also under bf16 autocast: on CPU the bf16 kernels of torch 1.13 are slower than casting there and back."""

    def forward(self, x):
        return F.group_norm(x.float(), self.num_groups, self.weight, self.bias, self.eps).to(x.dtype)


class LayerNorm(nn.LayerNorm):
    def forward(self, x):
        return F.layer_norm(x.float(), self.normalized_shape, self.weight, self.bias, self.eps).to(x.dtype)


def silu(x):
    """F.silu, spelled out: half the time in bf16 on CPU."""
    return x * torch.sigmoid(x)


def conv3(c_in, c_out, stride=1):
    return nn.Conv2d(c_in, c_out, 3, stride=stride, padding=1)


def parameter_count(module):
    return sum(p.numel() for p in module.parameters())


def zero_init(*layers):
    """Residual branches start at zero, so that a fresh network begins as the identity."""
    for layer in layers:
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)


# ---- autoencoder ------------------------------------------------------------------------------------------------

class ConvResidual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.conv2 = conv3(channels, channels), conv3(channels, channels)

    def forward(self, x):
        return x + self.conv2(F.relu(self.conv1(F.relu(x))))


class Encoder(nn.Module):
    """N,3,H,W in [-1,1] -> N,8,H/8,W/8. Deterministic: the training of the decoder adds the noise."""

    def __init__(self, latent=LATENT_CHANNELS, widths=(16, 40, 80, 96)):
        super().__init__()
        a, b, c, d = widths
        self.net = nn.Sequential(
            conv3(3, a), conv3(a, b, 2), ConvResidual(b), conv3(b, c, 2), ConvResidual(c),
            conv3(c, d, 2), ConvResidual(d), ConvResidual(d), nn.ReLU(), conv3(d, latent))

    def forward(self, x):
        return self.net(x)


class Decoder(nn.Module):
    """N,8,h,w -> N,3,8h,8w."""

    def __init__(self, latent=LATENT_CHANNELS, widths=(24, 48, 88, 112)):
        super().__init__()
        a, b, c, d = widths

        def up():
            return nn.Upsample(scale_factor=2, mode='nearest')

        self.net = nn.Sequential(
            conv3(latent, d), ConvResidual(d), ConvResidual(d), up(), conv3(d, c), ConvResidual(c), ConvResidual(c),
            up(), conv3(c, b), ConvResidual(b), up(), conv3(b, a), ConvResidual(a), nn.ReLU(), conv3(a, 3))

    def forward(self, z):
        return self.net(z)


# ---- text -------------------------------------------------------------------------------------------------------

class TextBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = LayerNorm(width), LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.ff1, self.ff2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2) * (d // self.heads) ** -.5).softmax(-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(n, t, d))
        return x + self.ff2(F.gelu(self.ff1(self.norm2(x))))


class TextEncoder(nn.Module):
    """Token ids N,T -> N,T,D. Bidirectional: captions are short and never generated."""

    def __init__(self, vocabulary, width=TEXT_WIDTH, heads=4, layers=3, length=TEXT_LENGTH):
        super().__init__()
        self.positions = nn.Parameter(torch.randn(length, width) * .02)
        self.tokens = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList([TextBlock(width, heads) for _ in range(layers)])
        self.norm = LayerNorm(width)
        nn.init.normal_(self.tokens.weight, std=.05)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


# ---- UNet -------------------------------------------------------------------------------------------------------

def timestep_embedding(t, width):
    frequencies = torch.exp(-math.log(10000) * torch.arange(width // 2, device=t.device, dtype=torch.float32) / (width // 2))
    angles = t.float()[:, None] * frequencies[None]
    return torch.cat([angles.cos(), angles.sin()], 1)


class Residual(nn.Module):
    """Two convolutions; time and pooled text scale and shift the second (FiLM)."""

    def __init__(self, c_in, c_out, time_width):
        super().__init__()
        self.norm1, self.conv1 = GroupNorm(8, c_in), conv3(c_in, c_out)
        self.time = nn.Linear(time_width, 2 * c_out)
        self.norm2, self.conv2 = GroupNorm(8, c_out), conv3(c_out, c_out)
        self.skip = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else nn.Identity()
        zero_init(self.conv2)

    def forward(self, x, t):
        h = self.conv1(silu(self.norm1(x)))
        scale, shift = self.time(t)[:, :, None, None].chunk(2, 1)
        return self.skip(x) + self.conv2(silu(self.norm2(h) * (1 + scale) + shift))


class Attention(nn.Module):
    """Self-attention over the cells, cross-attention to the text, feed-forward."""

    def __init__(self, channels, text_width, heads=4):
        super().__init__()
        self.heads = heads
        self.norm_in = GroupNorm(8, channels)
        self.norm1, self.norm2, self.norm3 = LayerNorm(channels), LayerNorm(channels), LayerNorm(channels)
        self.qkv, self.out1 = nn.Linear(channels, 3 * channels, bias=False), nn.Linear(channels, channels)
        self.query, self.keyvalue = nn.Linear(channels, channels, bias=False), nn.Linear(text_width, 2 * channels, bias=False)
        self.out2 = nn.Linear(channels, channels)
        self.ff1, self.ff2 = nn.Linear(channels, 3 * channels), nn.Linear(3 * channels, channels)
        zero_init(self.out1, self.out2, self.ff2)

    def attend(self, q, k, v):
        n, t, c = q.shape
        d = c // self.heads
        q = q.view(n, t, self.heads, d).transpose(1, 2)
        k = k.reshape(n, -1, self.heads, d).permute(0, 2, 3, 1)
        v = v.reshape(n, -1, self.heads, d).transpose(1, 2)
        return ((q @ k) * d ** -.5).softmax(-1).matmul(v).transpose(1, 2).reshape(n, t, c)

    def forward(self, x, text):
        n, c, height, width = x.shape
        start = h = self.norm_in(x).flatten(2).transpose(1, 2)
        q, k, v = self.qkv(self.norm1(h)).chunk(3, -1)
        h = h + self.out1(self.attend(q, k, v))
        k, v = self.keyvalue(text).chunk(2, -1)
        h = h + self.out2(self.attend(self.query(self.norm2(h)), k, v))
        h = h + self.ff2(F.gelu(self.ff1(self.norm3(h))))
        return x + (h - start).transpose(1, 2).reshape(n, c, height, width)


class Sketch(nn.Module):
    """Text N,T,D -> the average latents of such a picture, N,8,16,16: a memory of what is where.

    A convolutional network asked to draw from pure noise hardly knows where it is on the canvas, and learns the outlines
    of a hundred subjects very slowly. Two small perceptrons learn them in minutes. One draws the whole canvas. The other
    draws a window of 8 x 8 cells and is used for all nine slots, so that a small subject is learnt once and not nine
    times; the windows overlap by half and are added up. Each window is told its subject as one code: a gate of its own
    mixes the two readings of the text (first subject, second subject), so that what was learnt about a subject alone
    serves it in pairs too. The UNet then starts from this sketch and supplies what an average lacks.
    """

    CELLS, WINDOW, STRIDE = 16, 8, 4

    def __init__(self, latent=LATENT_CHANNELS, text_width=TEXT_WIDTH, hidden=384, place_width=32, code=128, gate=96):
        super().__init__()
        self.latent, self.slots = latent, ((self.CELLS - self.WINDOW) // self.STRIDE + 1) ** 2
        self.norm = nn.LayerNorm(text_width, elementwise_affine=False)
        self.canvas = nn.Sequential(nn.Linear(text_width, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(),
                                    nn.Linear(hidden, latent * self.CELLS ** 2))
        self.places = nn.Parameter(torch.randn(self.slots, place_width))
        self.gate = nn.Sequential(nn.Linear(text_width + place_width, gate), nn.GELU(), nn.Linear(gate, 3))  # first, second, nothing
        self.first, self.second = nn.Linear(text_width, code, bias=False), nn.Linear(text_width, code, bias=False)
        self.setting = nn.Linear(text_width + place_width, 64)
        self.window = nn.Sequential(nn.Linear(code + 64 + 3, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU(),
                                    nn.Linear(hidden, latent * self.WINDOW ** 2))

    def forward(self, text):
        pooled = self.norm(text.float().mean(1))
        n = pooled.shape[0]  # not len(): the export would freeze it
        canvas = self.canvas(pooled).view(n, self.latent, self.CELLS, self.CELLS)
        asked = torch.cat([pooled[:, None].expand(-1, self.slots, -1), self.places[None].expand(n, -1, -1)], -1)
        gates = self.gate(asked).softmax(-1)
        code = gates[..., :1] * self.first(pooled)[:, None] + gates[..., 1:2] * self.second(pooled)[:, None]
        drawn = self.window(torch.cat([code, self.setting(asked), gates], -1))
        drawn = drawn.view(n, 3, 3, self.latent, self.WINDOW, self.WINDOW)
        # Overlap-add by hand: every window is padded to the canvas at its place.
        for row in range(3):
            for column in range(3):
                left, top = column * self.STRIDE, row * self.STRIDE
                right, bottom = self.CELLS - self.WINDOW - left, self.CELLS - self.WINDOW - top
                canvas = canvas + F.pad(drawn[:, row, column].to(canvas.dtype), (left, right, top, bottom))
        return canvas


class UNet(nn.Module):
    """Noisy latents N,8,h,w, timestep N, text N,T,D -> predicted velocity N,8,h,w. h and w are multiples of 4.

    The mean of the text is added to the time embedding inside the graph, so that the signature stays that of
    Stable Diffusion (sample, timestep, encoder_hidden_states). So is the sketch, stretched to the size of the latents.
    """

    def __init__(self, latent=LATENT_CHANNELS, widths=(64, 128, 160), text_width=TEXT_WIDTH, time_width=256):
        super().__init__()
        a, b, c = widths
        self.time_mlp = nn.Sequential(nn.Linear(128, time_width), nn.SiLU(), nn.Linear(time_width, time_width))
        self.text_pool = nn.Sequential(LayerNorm(text_width), nn.Linear(text_width, time_width))
        self.sketch = Sketch(latent, text_width)
        self.conv_in = conv3(2 * latent, a)
        self.down1, self.shrink1 = Residual(a, a, time_width), conv3(a, a, 2)
        self.down2, self.down2_attention = Residual(a, b, time_width), Attention(b, text_width)
        self.down3, self.down3_attention = Residual(b, b, time_width), Attention(b, text_width)
        self.shrink2 = conv3(b, b, 2)
        self.down4, self.down4_attention = Residual(b, c, time_width), Attention(c, text_width)
        self.middle = Residual(c, c, time_width)
        self.up4, self.up4_attention = Residual(2 * c, c, time_width), Attention(c, text_width)
        self.grow2 = conv3(c, b)
        self.up3, self.up3_attention = Residual(2 * b, b, time_width), Attention(b, text_width)
        self.up2, self.up2_attention = Residual(2 * b, b, time_width), Attention(b, text_width)
        self.grow1 = conv3(b, a)
        self.up1, self.up0 = Residual(2 * a, a, time_width), Residual(2 * a, a, time_width)
        self.norm_out, self.conv_out = GroupNorm(8, a), conv3(a, latent)
        zero_init(self.conv_out)

    def forward(self, x, t, text):
        e = silu(self.time_mlp(timestep_embedding(t, 128)) + self.text_pool(text.mean(1)))
        sketch = F.interpolate(self.sketch(text).to(x.dtype), size=x.shape[2:], mode='bilinear', align_corners=False)
        x0 = self.conv_in(torch.cat([x, sketch], 1))
        x1 = self.down1(x0, e)
        x2 = self.down2_attention(self.down2(self.shrink1(x1), e), text)
        x3 = self.down3_attention(self.down3(x2, e), text)
        x4 = self.down4_attention(self.down4(self.shrink2(x3), e), text)
        h = self.middle(x4, e)
        h = self.up4_attention(self.up4(torch.cat([h, x4], 1), e), text)
        h = self.grow2(F.interpolate(h, scale_factor=2.0, mode='nearest'))
        h = self.up3_attention(self.up3(torch.cat([h, x3], 1), e), text)
        h = self.up2_attention(self.up2(torch.cat([h, x2], 1), e), text)
        h = self.grow1(F.interpolate(h, scale_factor=2.0, mode='nearest'))
        h = self.up1(torch.cat([h, x1], 1), e)
        h = self.up0(torch.cat([h, x0], 1), e)
        return self.conv_out(silu(self.norm_out(h)))


# ---- noise schedule ---------------------------------------------------------------------------------------------

def cosine_alphas_cumprod(steps=TRAIN_TIMESTEPS):
    """The squared-cosine schedule of Nichol and Dhariwal, betas capped at .999 (diffusers: squaredcos_cap_v2)."""

    def alpha_bar(u):
        return math.cos((u + .008) / 1.008 * math.pi / 2) ** 2

    betas = [min(1 - alpha_bar((i + 1) / steps) / alpha_bar(i / steps), .999) for i in range(steps)]
    return torch.cumprod(1 - torch.tensor(betas, dtype=torch.float64), 0).float()
