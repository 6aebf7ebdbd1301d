"""Writes ../../avatar-gan/slope.onnx and maps.onnx, by which a picture is found among the faces, and lists them in model.json.

    python3 projection.py [--model ../../avatar-gan] [--features ../../features]

Runs after export.py whenever the weights change: it takes them from synthesis.onnx itself, and the eyes from the feature
net's model.onnx. The slope is written out by hand, since a derivative does not export; against autograd it is checked
before anything is written, and what is written is checked by a test against finite differences.
"""
import argparse
import hashlib
import json
import os
import re
import sys

import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
from export_onnx import halve_weights  # noqa: E402
from net import CHANNELS, LAYERS, NOISE, W, Synthesis  # noqa: E402

SIDE = max(CHANNELS)
# Channels of the feature net's convolutions as far as they are used, halving before every '_1' but the first.
EYES = {'1_1': (3, 32), '1_2': (32, 32), '2_1': (32, 64), '2_2': (64, 64), '3_1': (64, 128), '3_2': (128, 128)}
# What two pictures are compared by, each relative to the target's own square: finer layers for edges, coarser for parts.
COMPARED = ('1_2', '2_2', '3_2')
PIXELS = 4.0


class Eyes(nn.Module):
    """picture N,3,128,128 in [-1,1] -> the maps compared, {'1_2': N,32,128,128, '2_2': N,64,64,64, '3_2': N,128,32,32}."""

    def __init__(self):
        super().__init__()
        for layer, (inputs, outputs) in EYES.items():
            setattr(self, f'conv{layer}', nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode='replicate'))

    def forward(self, picture):
        maps, x = {}, picture
        for layer in EYES:
            if layer.endswith('_1') and layer != '1_1':
                x = F.avg_pool2d(x, 2)
            x = F.relu(getattr(self, f'conv{layer}')(x))
            maps[layer] = x
        return maps

    def slope(self, maps, pulls):
        """From the slopes with respect to the maps compared to that with respect to the picture."""
        slope = None
        for layer in reversed(EYES):
            if layer in pulls:
                slope = pulls[layer] if slope is None else slope + pulls[layer]
            slope = slope * (maps[layer] > 0).to(slope.dtype)
            slope = without_border(F.conv_transpose2d(slope, getattr(self, f'conv{layer}').weight))
            if layer.endswith('_1') and layer != '1_1':
                slope = F.interpolate(slope, scale_factor=2.0, mode='nearest') / 4
        return slope


def without_border(slope):
    """The slope through a border of repeated pixels: what fell on the border belongs to the pixel it repeats."""
    rows = torch.cat([slope[:, :, :1] + slope[:, :, 1:2], slope[:, :, 2:-2], slope[:, :, -2:-1] + slope[:, :, -1:]], 2)
    return torch.cat([rows[..., :1] + rows[..., 1:2], rows[..., 2:-2], rows[..., -2:-1] + rows[..., -1:]], 3)


def flat(maps):
    return torch.cat([maps[layer].flatten(1) for layer in COMPARED], 1)


class Maps(nn.Module):
    def __init__(self, eyes):
        super().__init__()
        self.eyes = eyes

    def forward(self, image):
        return flat(self.eyes(image))


class Slope(nn.Module):
    """w N,12,128, noise N,NOISE, target N,3,128,128 and its maps -> image N,3,128,128, loss N, slope N,12,128.

    loss = PIXELS * mean((image - target)^2) + sum over the layers compared of mean((map - map of target)^2) / mean(map of target^2)
    """

    def __init__(self, synthesis, eyes):
        super().__init__()
        self.synthesis, self.eyes = synthesis, eyes
        spread = torch.tensor([.25, .75, .75, .25])
        for channels in {3, *CHANNELS.values()}:
            self.register_buffer(f'spread{channels}', (spread[:, None] * spread).expand(channels, 1, 4, 4).clone())

    def forward(self, w, noise, target, maps):
        picture, steps = self.draw(w, noise)
        loss, slope = self.compare(picture, target, maps)
        return picture.clamp(-1, 1), loss, self.back(slope, steps)

    def draw(self, w, noise):
        """The synthesis of net.py once more, remembering what its slope needs."""
        x, picture, at, steps = self.synthesis.constant.expand(w.shape[0], -1, -1, -1), None, 0, []
        for level, side in enumerate(CHANNELS):
            if level:
                x = F.interpolate(x, scale_factor=2., mode='bilinear', align_corners=False)
            for i in (2 * level, 2 * level + 1):
                layer = self.synthesis.layers[i]
                grain = noise[:, at:at + side * side].reshape(-1, 1, side, side)
                at += side * side
                style = layer.conv.style(w[:, i])
                y = F.conv2d(x * style[:, :, None, None], layer.conv.weight, padding=1)
                tame = torch.rsqrt(style ** 2 @ power(layer.conv) + 1e-8)
                out = y * tame[:, :, None, None] + layer.bias[None, :, None, None] + layer.noise_strength * grain
                steps.append((x, style, y, tame, out))
                x = F.leaky_relu(out, .2) * 1.4
            rgb = self.synthesis.to_rgb[level]
            style = rgb.style(w[:, 2 * level + 1])
            colour = F.conv2d(x * style[:, :, None, None], rgb.weight)
            steps.append((x, style))
            if picture is not None:
                colour = colour + F.interpolate(picture, scale_factor=2., mode='bilinear', align_corners=False)
            picture = colour
        return picture, steps

    def compare(self, picture, target, maps):
        seen = self.eyes(picture)
        off = picture - target
        loss = PIXELS * off.square().mean((1, 2, 3))
        slope = PIXELS * 2 / (3 * SIDE * SIDE) * off
        at, pulls = 0, {}
        for layer in COMPARED:
            channels, side = EYES[layer][1], SIDE >> (int(layer[0]) - 1)
            size = channels * side * side
            wanted = maps[:, at:at + size].reshape(-1, channels, side, side)
            at += size
            scale = 1 / wanted.square().mean((1, 2, 3))
            away = seen[layer] - wanted
            loss = loss + scale * away.square().mean((1, 2, 3))
            pulls[layer] = 2 / size * scale[:, None, None, None] * away
        return loss, slope + self.eyes.slope(seen, pulls)

    def back(self, slope, steps):
        """From the slope with respect to the picture to that with respect to w."""
        rows, into = [None] * LAYERS, None
        for level in reversed(range(len(CHANNELS))):
            rgb = self.synthesis.to_rgb[level]
            x, style = steps[3 * level + 2]
            of_maps = F.conv_transpose2d(slope, rgb.weight)
            rows[2 * level + 1] = (of_maps * x).sum((2, 3)) @ rgb.style.weight
            of_maps = of_maps * style[:, :, None, None]
            into = of_maps if into is None else into + of_maps
            for i in (2 * level + 1, 2 * level):
                conv = self.synthesis.layers[i].conv
                x, style, y, tame, out = steps[3 * level + i % 2]
                of_out = into * (.28 + 1.12 * (out > 0).to(into.dtype))
                of_tame = (of_out * y).sum((2, 3))
                of_style = -(of_tame * tame ** 3) @ power(conv).t() * style
                of_maps = F.conv_transpose2d(of_out * tame[:, :, None, None], conv.weight, padding=1)
                of_style = of_style + (of_maps * x).sum((2, 3))
                of_w = of_style @ conv.style.weight
                rows[i] = of_w if rows[i] is None else rows[i] + of_w
                into = of_maps * style[:, :, None, None]
            if level:
                into, slope = self.halved(into, conv.weight.shape[1]), self.halved(slope, 3)
        return torch.stack(rows, 1)

    def halved(self, slope, channels):
        """The adjoint of bilinear doubling: every pixel gathers from the four by four it was spread over; beyond the edge
        the edge repeats, because doubling repeated it."""
        rows = torch.cat([slope[:, :, :1], slope, slope[:, :, -1:]], 2)
        border = torch.cat([rows[..., :1], rows, rows[..., -1:]], 3)
        return F.conv2d(border, getattr(self, f'spread{channels}'), stride=2, groups=channels)


def power(conv):
    """Inputs x outputs: the square that a kernel adds to an output's variance."""
    return (conv.weight ** 2).sum((2, 3)).t()


def weights_of(path):
    """name -> value of every initialiser; those halved by export_onnx.py under their own names."""
    graph = onnx.load(path).graph
    values = {t.name.removesuffix('_fp16'): torch.from_numpy(numpy_helper.to_array(t).copy()).float() for t in graph.initializer}
    for node in graph.node:  # equal values are stored once
        if node.op_type == 'Identity' and node.input[0] in values:
            values[node.output[0]] = values[node.input[0]]
    return graph, values


def read_synthesis(path):
    graph, values = weights_of(path)
    for node in graph.node:  # biases were reshaped to 1,C,1,1 on export and lost their names
        if found := re.fullmatch(r'/synthesis/layers\.(\d+)/Add_output_0', node.output[0]):
            values[f'synthesis.layers.{found[1]}.bias'] = next(values[i] for i in node.input if i in values).flatten()
    synthesis = Synthesis()
    synthesis.load_state_dict({key: values[f'synthesis.{key}'].reshape(own.shape) for key, own in synthesis.state_dict().items()})
    return synthesis.eval().requires_grad_(False)


def read_eyes(path):
    _, values = weights_of(path)
    eyes = Eyes()
    eyes.load_state_dict({key: values[f'plain.{key}'] for key in eyes.state_dict()})
    return eyes.eval().requires_grad_(False)


def check(slope):
    """The slope by hand against autograd's, and the drawing against net.py's."""
    torch.manual_seed(0)
    w, noise, target = torch.randn(2, LAYERS, W), torch.randn(2, NOISE), torch.rand(2, 3, SIDE, SIDE) * 2 - 1
    w.requires_grad_()
    picture, loss, by_hand = slope(w, noise, target, flat(slope.eyes(target)))
    by_itself, = torch.autograd.grad(loss.sum(), w)
    same = (picture - slope.synthesis(w, noise).clamp(-1, 1)).abs().max().item()
    return ((by_hand - by_itself).abs().max() / by_itself.abs().max()).item(), same


def write_graph(path, module, inputs, input_names, output_names):
    torch.onnx.export(module.eval(), inputs, path, input_names=input_names, output_names=output_names, opset_version=14,
                      dynamic_axes={n: {0: 'batch'} for n in input_names + output_names})
    halve_weights(path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', default=os.path.join(HERE, '..', '..', 'avatar-gan'))
    parser.add_argument('--features', default=os.path.join(HERE, '..', '..', 'features'))
    args = parser.parse_args()
    torch.set_num_threads(1)
    slope = Slope(read_synthesis(os.path.join(args.model, 'synthesis.onnx')), read_eyes(os.path.join(args.features, 'model.onnx'))).eval()
    off, same = check(slope)
    print(f'slope by hand and by autograd differ by {off:.1e} of the largest; the drawings by {same:.1e}')
    if off > 1e-4 or same > 1e-4:
        sys.exit('The slope is not that of this network: nothing was written.')
    w, noise, target = torch.randn(2, LAYERS, W), torch.randn(2, NOISE), torch.zeros(2, 3, SIDE, SIDE)
    maps = flat(slope.eyes(target))
    write_graph(os.path.join(args.model, 'slope.onnx'), slope, (w, noise, target, maps), ['w', 'noise', 'target', 'maps'], ['image', 'loss', 'slope'])
    write_graph(os.path.join(args.model, 'maps.onnx'), Maps(slope.eyes), (target,), ['image'], ['maps'])

    path = os.path.join(args.model, 'model.json')
    with open(path) as f:
        manifest = json.load(f)
    listed = [f for f in manifest['files'] if f['path'] not in ('slope.onnx', 'maps.onnx')]
    for name in ('slope.onnx', 'maps.onnx'):
        with open(os.path.join(args.model, name), 'rb') as f:
            content = f.read()
        listed.append({'path': name, 'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()})
    files = sorted(listed, key=lambda f: f['path'])
    manifest = {**{k: v for k, v in manifest.items() if k != 'files'}, 'projection': {'slope': 'slope.onnx', 'maps': 'maps.onnx'}, 'files': files}
    with open(path, 'w') as f:
        f.write(json.dumps(manifest, indent=2, ensure_ascii=False) + '\n')
    print(', '.join(f"{f['path']} {f['bytes']:,}" for f in files))


if __name__ == '__main__':
    main()
