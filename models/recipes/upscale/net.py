"""The enlarging network: a small EDSR (Lim et al. 2017) over a bilinear base, with pixel shuffle (Shi et al. 2016)."""
import torch.nn as nn
import torch.nn.functional as F

FACTOR = 4


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return x + self.conv2(F.relu(self.conv1(x)))


class Enlarger(nn.Module):
    """N,3,H,W in [0,1] -> N,3,4H,4W. Untrained it is bilinear enlargement: the last layer starts at zero."""

    def __init__(self, width=48, blocks=5):
        super().__init__()
        self.head = nn.Conv2d(3, width, 3, padding=1)
        self.body = nn.Sequential(*[Residual(width) for _ in range(blocks)])
        self.tail = nn.Conv2d(width, 3 * FACTOR ** 2, 3, padding=1)
        self.shuffle = nn.PixelShuffle(FACTOR)
        for layer in [self.head, *(conv for block in self.body for conv in (block.conv1, block.conv2))]:
            nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')
            nn.init.zeros_(layer.bias)
        for block in self.body:
            block.conv2.weight.data.mul_(.1)  # residual branches start small
        nn.init.zeros_(self.tail.weight)
        nn.init.zeros_(self.tail.bias)

    def forward(self, image):
        features = self.head(image - .5)
        detail = self.tail(features + self.body(features))
        base = F.interpolate(image, scale_factor=FACTOR, mode='bilinear', align_corners=False)
        return base + self.shuffle(detail.float())
