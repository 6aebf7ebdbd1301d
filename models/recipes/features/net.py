"""The feature net: a small VGG (Simonyan & Zisserman 2015) with batch normalisation that is folded away on export."""
import torch
import torch.nn as nn
import torch.nn.functional as F

# Level -> channels of its convolutions; between levels the picture is halved.
LEVELS = {1: (32, 32), 2: (64, 64), 3: (128, 128), 4: (256, 256)}
LAYERS = [f'{level}_{i + 1}' for level, widths in LEVELS.items() for i in range(len(widths))]


class Features(nn.Module):
    """N,3,H,W in [-1,1] -> the maps after each rectifier, {'relu1_1': N,32,H,W ... 'relu4_2': N,256,H/8,W/8}.

    Trained with zeros around the picture (twice as fast); the exported net repeats its border, which leaves no frame."""

    def __init__(self, normalised=True):
        super().__init__()
        padding = 'zeros' if normalised else 'replicate'
        width = 3
        for level, widths in LEVELS.items():
            for i, out in enumerate(widths):
                setattr(self, f'conv{level}_{i + 1}', nn.Conv2d(width, out, 3, padding=1, padding_mode=padding, bias=not normalised))
                if normalised:
                    setattr(self, f'norm{level}_{i + 1}', nn.BatchNorm2d(out))
                width = out
        self.normalised = normalised

    def forward(self, image, last='4_2'):
        maps, x = {}, image
        for layer in LAYERS:
            if layer.endswith('_1') and layer != '1_1':
                x = F.avg_pool2d(x, 2)  # averages pass gradients evenly (Gatys et al. 2016)
            x = getattr(self, f'conv{layer}')(x)
            if self.normalised:
                x = getattr(self, f'norm{layer}')(x)
            x = F.relu(x)
            maps[f'relu{layer}'] = x
            if layer == last:
                break
        return maps


class Classifier(nn.Module):
    """What the features are trained on: the concept of the icon, the family of the ground, the set that drew it."""

    def __init__(self, concepts, families, sets):
        super().__init__()
        self.features = Features()
        self.dropout = nn.Dropout(.2)
        self.concept = nn.Linear(256 * 9 + 256, concepts)
        self.texture = nn.Linear(480, families)
        self.set = nn.Linear(480, sets)

    def forward(self, image):
        maps = self.features(image)
        top = maps['relu4_2']
        seen = torch.cat([F.adaptive_avg_pool2d(top, 3).flatten(1), F.adaptive_max_pool2d(top, 1).flatten(1)], 1)
        surface = torch.cat([maps[f'relu{i}_2'].mean((2, 3)) for i in (1, 2, 3, 4)], 1)
        return self.concept(self.dropout(seen)), self.texture(surface), self.set(surface)


def folded(features):
    """The same net without batch normalisation: scales and shifts move into the convolutions, channel by channel, and
    every channel is scaled so that its mean over the data is about one (Gatys et al. 2015 normalise VGG this way)."""
    plain = Features(normalised=False)
    for layer in LAYERS:
        conv, norm = getattr(features, f'conv{layer}'), getattr(features, f'norm{layer}')
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        target = getattr(plain, f'conv{layer}')
        target.weight.data.copy_(conv.weight * scale[:, None, None, None])
        target.bias.data.copy_(norm.bias - norm.running_mean * scale)
    return plain


def rescaled(plain, images):
    """Divides every channel by its mean activation over images and undoes it in the next layer; in place."""
    with torch.no_grad():
        maps = plain(images)
        before = None
        for layer in LAYERS:
            conv = getattr(plain, f'conv{layer}')
            if before is not None:
                conv.weight.mul_(before[None, :, None, None])
            mean = maps[f'relu{layer}'].mean((0, 2, 3)).clamp_min(1e-3)
            conv.weight.div_(mean[:, None, None, None])
            conv.bias.div_(mean)
            before = mean
    return plain
