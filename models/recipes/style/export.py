"""Writes ../../any-style, or ../../brush-STYLE, as ONNX with fp16 weights, and pictures to look at.

    python3 export.py --work DIR --features DIR --out ../../any-style [--look FILE --photographs DIR]
    python3 export.py --work DIR --style mosaic --out ../../brush-mosaic

Reads DIR/any.pt or DIR/STYLE.pt. The sheet shows photographs of which the first was never trained on; for any-style
also styles that were never shown.
"""
import argparse
import hashlib
import json
import os
import sys

import numpy as np
import torch
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'features'), os.path.join(HERE, '..')]
from export_onnx import halve_weights  # noqa: E402
from features import trained_features  # noqa: E402
from net_any import CHANNELS, AnyDecoder, AnyEncoder, adain  # noqa: E402
from net_brush import Brush  # noqa: E402
from pictures import as_tensor  # noqa: E402
from styles import style_picture  # noqa: E402
from train_any import NEVER_SEEN  # noqa: E402

LICENCE = 'MIT; training data MIT, Apache-2.0, CC-BY-4.0, CC0 and public domain, see ../NOTICE.md'
SHOWN_STYLES = ('mosaic', 'night-wind', 'waves', 'dots', *NEVER_SEEN)


def as_fp16(net):
    """What the program runs has fp16 weights, so that is what is shown."""
    net.load_state_dict({k: v.half().float() if v.is_floating_point() and v.numel() >= 1024 else v for k, v in net.state_dict().items()})
    return net.eval().requires_grad_(False)


def trained_brush(saved):
    """The painter as it is shipped: it repeats the picture's border where it was trained with zeros around it."""
    brush = Brush()
    brush.load_state_dict(saved['painter'])
    for module in brush.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.padding_mode = 'replicate'
    return as_fp16(brush)


def write_graph(path, net, example, input_name, output_name):
    axes = [{0: 'batch', 2: f'{n}_height', 3: f'{n}_width'} for n in (input_name, output_name)]
    torch.onnx.export(net, example, path, input_names=[input_name], output_names=[output_name], opset_version=14,
                      dynamic_axes={input_name: axes[0], output_name: axes[1]})
    halve_weights(path)


def photographs_of(folder, side=320):
    for name in ('coffee.png', 'chelsea.png', 'astronaut.png'):
        picture = Image.open(os.path.join(folder, name)).convert('RGB')
        edge = min(picture.size)
        x, y = ((s - edge) // 2 for s in picture.size)
        yield np.asarray(picture.crop((x, y, x + edge, y + edge)).resize((side, side), Image.LANCZOS))


def sheet(path, rows):
    picture = torch.cat([torch.cat(row, 3) for row in rows], 2)[0]
    pixels = Image.fromarray(((picture.clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy())
    pixels.quantize(256, Image.MEDIANCUT, dither=Image.FLOYDSTEINBERG).save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--features', help='the working folder of ../features; any-style needs it')
    parser.add_argument('--style')
    parser.add_argument('--out', required=True)
    parser.add_argument('--title')
    parser.add_argument('--version', default='1')
    parser.add_argument('--look')
    parser.add_argument('--photographs')
    args = parser.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    saved = torch.load(os.path.join(args.work, f'{args.style or "any"}.pt'), map_location='cpu')
    name = os.path.basename(os.path.normpath(args.out))
    about = {'name': name, 'title': args.title or name, 'version': args.version, 'licence': LICENCE,
             'source': 'Trained from scratch with models/recipes/style.', 'card': 'README.md'}
    photographs = [as_tensor(p[None]) for p in photographs_of(args.photographs)] if args.look else []
    if args.style:
        style = as_tensor(style_picture(args.style)[None])
        brush = trained_brush(saved)
        write_graph(os.path.join(args.out, 'model.onnx'), brush, torch.zeros(1, 3, 64, 64), 'image', 'painted')
        about |= {'kind': 'style-transfer', 'graph': {'file': 'model.onnx', 'input': 'image', 'output': 'painted', 'range': [-1, 1]}, 'multipleOf': 4}
        if args.look:
            small = torch.nn.functional.interpolate(style, 320, mode='area')
            sheet(args.look, [[small] + [brush(p) for p in photographs]])
    else:
        encoder, decoder = as_fp16(AnyEncoder(trained_features(args.features))), AnyDecoder()
        decoder.load_state_dict(saved['decoder'])
        as_fp16(decoder)
        write_graph(os.path.join(args.out, 'encoder.onnx'), encoder, torch.zeros(1, 3, 64, 64), 'image', 'maps')
        write_graph(os.path.join(args.out, 'decoder.onnx'), decoder, torch.zeros(1, CHANNELS, 16, 16), 'maps', 'image')
        about |= {'kind': 'adain', 'graphs': {'encoder': 'encoder.onnx', 'decoder': 'decoder.onnx'}, 'channels': CHANNELS, 'range': [-1, 1], 'multipleOf': 4, 'epsilon': 1e-5}
        if args.look:
            styles = [as_tensor(style_picture(s)[None, :320, :320]) for s in SHOWN_STYLES]
            of_style = [encoder(s) for s in styles]
            rows = [[torch.ones_like(styles[0])] + styles]
            for p in photographs:
                maps = encoder(p)
                rows.append([p] + [decoder(adain(maps, s)) for s in of_style])
            sheet(args.look, rows)
    files = []
    for file in sorted(os.listdir(args.out)):
        if file not in ('model.json', 'README.md'):
            with open(os.path.join(args.out, file), 'rb') as f:
                content = f.read()
            files.append({'path': file, 'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()})
    with open(os.path.join(args.out, 'model.json'), 'w') as f:
        f.write(json.dumps({**about, 'files': files}, indent=2, ensure_ascii=False) + '\n')
    print(f"{name}: step {saved['step']}, {saved['spent'] / 60:.0f} min; " + ', '.join(f"{f['path']} {f['bytes']:,}" for f in files))


if __name__ == '__main__':
    main()
