"""A feed-forward painter for one style (the idea of Johnson et al. 2016), made from the any-style model: its encoder, the
style's own means and deviations baked in, and a copy of its decoder that is trained on for that style alone."""
import torch
import torch.nn as nn

from net_any import AnyDecoder, AnyEncoder, moments


class Brush(nn.Module):
    """N,3,H,W in [-1,1] -> N,3,H,W in [-1,1]; H and W are multiples of 4."""

    def __init__(self, plain, style):
        """plain: the feature net. style 1,3,h,w: the style picture."""
        super().__init__()
        self.encoder, self.decoder = AnyEncoder(plain), AnyDecoder()
        with torch.no_grad():
            mean, deviation = moments(self.encoder(style).float())
        self.register_buffer('style_mean', mean)
        self.register_buffer('style_deviation', deviation)

    def forward(self, picture):
        with torch.no_grad():
            maps = self.encoder(picture).float()
        mean, deviation = moments(maps)
        return self.decoder((maps - mean) / deviation * self.style_deviation + self.style_mean).float()
