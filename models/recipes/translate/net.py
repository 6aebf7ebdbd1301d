"""The two networks of a CycleGAN (Zhu et al. 2017), small enough for one core: a translator and a judge of patches."""
import torch
import torch.nn as nn
import torch.nn.functional as F

WIDTHS = (16, 32, 64, 96)


def conv(inputs, outputs, stride=1):
    layer = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, padding_mode='replicate')
    nn.init.kaiming_normal_(layer.weight, a=.2)
    nn.init.zeros_(layer.bias)
    return layer


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1, self.conv2 = conv(width, width), conv(width, width)
        self.conv2.weight.data.mul_(.1)

    def forward(self, x):
        return x + self.conv2(F.leaky_relu(self.conv1(x), .2))


GENTLE, STEEP, ROUNDS = 6 / 127.5, 4 / 127.5, 3  # slopes up to the first count as shading, each STEEP more makes neighbours e times stranger


def nearness(guide):
    """N,3,H,W -> N,H,W,W: how much the pixels of a row belong together, rows summing to 1. The way from one to the other costs what
    its slopes exceed the gentle ones by, so that light falling over a whole fill costs nothing and an outline much."""
    cost = ((guide[..., 1:] - guide[..., :-1]).abs().amax(1) - GENTLE).clamp_min(0) / STEEP
    at = F.pad(cost, (1, 0)).cumsum(2)
    near = torch.exp(-(at[:, :, :, None] - at[:, :, None]).abs())
    return near / near.sum(3, keepdim=True)


def evened(picture, guide):
    """Averages the picture over what hangs together in the guide, along rows and columns in turn: a domain transform (Gastal and
    Oliveira 2011) whose reach is not bounded."""
    across, down = nearness(guide), nearness(guide.transpose(2, 3))
    rows = picture.permute(0, 2, 3, 1)
    for _ in range(ROUNDS):
        rows = (down @ (across @ rows).transpose(1, 2)).transpose(1, 2)
    return rows.permute(0, 3, 1, 2)


class Translator(nn.Module):
    """N,3,H,W in [-1,1] -> the same, H and W multiples of 8. Untrained it changes nothing, or evens only.

    plain: whether the answer is evened, so that what is left to learn is which colour a fill takes.

    A U-Net that adds to the picture. No normalisation: what it adds at a place depends on its surroundings only, never
    on how much of the picture is ground, so any size and any cut gives the same.
    """

    def __init__(self, plain=False):
        super().__init__()
        self.plain = plain
        a, b, c, d = WIDTHS
        self.head, self.down = conv(3, a), nn.ModuleList([conv(a, b, 2), conv(b, c, 2), conv(c, d, 2)])
        self.deep = nn.Sequential(Residual(d), Residual(d), Residual(d))
        self.up = nn.ModuleList([conv(d + c, c), conv(c + b, b), conv(b + a, a)])
        self.refine = nn.ModuleList([nn.Sequential(Residual(c), Residual(c)), Residual(b), Residual(a)])
        self.out = conv(a, 3)
        nn.init.zeros_(self.out.weight)

    def forward(self, image):
        x = F.leaky_relu(self.head(image), .2)
        kept = []
        for down in self.down:
            kept.append(x)
            x = F.leaky_relu(down(x), .2)
        x = self.deep(x)
        for up, refine in zip(self.up, self.refine):
            x = F.interpolate(x, scale_factor=2.0, mode='nearest')
            x = refine(F.leaky_relu(up(torch.cat([x, kept.pop()], 1)), .2))
        answer = image + self.out(x).float()
        if not self.plain:
            return answer
        with torch.autocast(image.device.type, enabled=False):
            return evened(answer, image.detach().float())


def with_slopes(picture):
    """N,3,H,W -> N,9,H,W: the differences to the next pixel, magnified, ride along. The manners differ by gradients of one or
    two grey levels a pixel, which a young judge does not see beside outlines."""
    across, down = (torch.tanh(16 * F.pad(picture.diff(dim=d), pad)) for d, pad in ((3, (0, 1, 0, 0)), (2, (0, 0, 0, 1))))
    return torch.cat([picture, across, down], 1)


class Judge(nn.Module):
    """Picture -> a verdict per patch of 46 px, and of 92 px on the picture at half the size."""

    def __init__(self):
        super().__init__()
        self.scales = nn.ModuleList([self.patches(), self.patches()])

    @staticmethod
    def patches():
        def layer(inputs, outputs):
            return [nn.Conv2d(inputs, outputs, 4, stride=2, padding=1), nn.InstanceNorm2d(outputs), nn.LeakyReLU(.2)]
        first = [nn.Conv2d(9, 32, 4, stride=2, padding=1), nn.LeakyReLU(.2)]
        return nn.Sequential(*first, *layer(32, 64), *layer(64, 128), nn.Conv2d(128, 1, 4, padding=1))

    def forward(self, picture):
        full, half = self.scales
        return [full(with_slopes(picture)), half(with_slopes(F.avg_pool2d(picture, 2)))]
