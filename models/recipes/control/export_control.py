"""Writes ../../sticker-control: the control branch, and the sticker model's own UNet with inputs for its residuals.

    python3 export_control.py --work DIR --data DIR/control --out ../../sticker-control [--look FILE]

Checks that the UNet with all residuals zero answers as the plain one. --look: hints never trained on, what is drawn
without and with them, and the edge agreement of both (F1 within 2 px of the hint's edges).
"""
import argparse
import hashlib
import json
import os
import sys

import numpy as np
import torch
from PIL import Image
from scipy import ndimage

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
import scenes  # noqa: E402
from build_hints import free_scene, outline, reticent  # noqa: E402
from common import in_float, load, load_tokenizer  # noqa: E402
from export_onnx import halve_weights  # noqa: E402
from hints import canny  # noqa: E402
from nets import LATENT_CHANNELS, TEXT_LENGTH, TEXT_WIDTH, TRAIN_TIMESTEPS, Decoder, TextEncoder, UNet, cosine_alphas_cumprod  # noqa: E402
from net_control import Control, ControlledUNet, HintSketch  # noqa: E402

RESIDUALS = [f'down_block_{i}' for i in range(5)] + ['mid_block']
HELD_OUT_SEED = 880_011


def edge_f1(found, wanted, reach=2):
    if not found.any() or not wanted.any():
        return 0.0
    near = np.ones((2 * reach + 1,) * 2)
    precision = (ndimage.binary_dilation(wanted, near) & found).sum() / found.sum()
    recall = (ndimage.binary_dilation(found, near) & wanted).sum() / wanted.sum()
    return 2 * precision * recall / max(1e-9, precision + recall)


@torch.no_grad()
def draw(nets, captions, seeds, hints=None, weight=1.0, steps=20, guidance=2.0):
    """DDIM with the residuals of the control branch; the same control for both halves of guidance."""
    text, unet, control, decoder, statistics, tokenizer = nets
    ids = torch.tensor([tokenizer.encode(p) for p in [''] * len(captions) + captions])
    words, n = text(ids), len(captions)
    x = torch.stack([torch.randn((LATENT_CHANNELS, 16, 16), generator=torch.Generator().manual_seed(s)) for s in seeds])
    alphas = cosine_alphas_cumprod()
    times = [round(TRAIN_TIMESTEPS - i * TRAIN_TIMESTEPS / steps) - 1 for i in range(steps)]
    for t, following in zip(times, times[1:] + [None]):
        a, b = alphas[t], alphas[following] if following is not None else torch.ones(())
        twice, when = torch.cat([x, x]), torch.full((2 * n,), float(t))
        if hints is None:
            velocity = unet.unet(twice, when, words)
        else:
            velocity = unet(twice, when, words, *control(twice, when, words, torch.cat([hints, hints]), torch.full((2 * n,), weight)))
        without, towards = velocity.chunk(2)
        velocity = without + guidance * (towards - without)
        clean, noise = a.sqrt() * x - (1 - a).sqrt() * velocity, (1 - a).sqrt() * x + a.sqrt() * velocity
        x = b.sqrt() * clean + (1 - b).sqrt() * noise
    y = decoder(x * statistics['std'] + statistics['mean']).clamp(-1, 1)
    return ((y + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()


def look(nets, sprites, path, count=32):
    rng = np.random.default_rng(HELD_OUT_SEED)
    truth, captions, kinds, hints = [], [], [], []
    for i in range(count):
        if i % 2:
            scene, picture, mask = free_scene(rng, sprites)
        else:
            scene = scenes.describe(rng)
            picture, mask = sprites.render(scene), outline(sprites, scene)
        edges = canny(picture)
        truth.append(edges)
        captions.append(reticent(scene, rng))
        kinds.append('silhouette' if i % 4 >= 2 else 'canny')
        hints.append(mask if kinds[-1] == 'silhouette' else edges)
    hint = torch.from_numpy(np.stack(hints)[:, None].astype(np.float32)).expand(-1, 3, -1, -1)
    rows, scores = [], {}
    for start in range(0, count, 8):
        part = slice(start, start + 8)
        plain = draw(nets, captions[part], range(start, start + 8))
        led = draw(nets, captions[part], range(start, start + 8), hint[part])
        for j in range(8):
            i = start + j
            place = 'free' if i % 2 else 'grid'
            scores.setdefault((kinds[i], place), []).append((edge_f1(canny(plain[j]), truth[i]), edge_f1(canny(led[j]), truth[i])))
        rows += [np.concatenate(list(np.stack([h * 255] * 3, -1).astype(np.uint8) for h in hints[part]), 1), np.concatenate(list(plain), 1), np.concatenate(list(led), 1)]
    Image.fromarray(np.concatenate(rows)).save(path)
    for key, pairs in sorted(scores.items()):
        without, with_hint = np.mean(pairs, 0)
        print(f'{key[0]:10} {key[1]}: n {len(pairs)}, edge F1 without {without:.2f}, with {with_hint:.2f}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--data', required=True)
    parser.add_argument('--out')
    parser.add_argument('--text', default='text-fillers.pt')
    parser.add_argument('--version', default='1')
    parser.add_argument('--look')
    args = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = load_tokenizer()
    text, plain, decoder, hint_sketch = TextEncoder(len(tokenizer.vocabulary)), UNet(), Decoder(), HintSketch()
    trained = {k: v.half().float() if v.numel() >= 1024 else v.float() for k, v in load(os.path.join(args.work, 'diffusion.pt'))['ema'].items()}
    plain.load_state_dict({k[5:]: v for k, v in trained.items() if k.startswith('unet.')})
    text.load_state_dict(in_float(load(os.path.join(args.work, args.text))['encoder']))
    decoder.load_state_dict(in_float(load(os.path.join(args.work, 'vae.pt'))['decoder']))
    saved = load(os.path.join(args.data, 'hint-sketch.pt'))
    hint_sketch.load_state_dict(saved['average'])
    control, controlled = Control(plain, hint_sketch), ControlledUNet(plain)
    for net in (text, decoder, control, controlled):
        net.eval().requires_grad_(False)
    statistics = load(os.path.join(args.work, 'latent-statistics.pt'))

    x, t, words, hint = torch.randn(2, LATENT_CHANNELS, 16, 16), torch.tensor([500., 400.]), torch.randn(2, TEXT_LENGTH, TEXT_WIDTH), torch.rand(2, 3, 128, 128)
    residuals = control(x, t, words, hint, torch.ones(2))
    same = (controlled(x, t, words, *(torch.zeros_like(r) for r in residuals)) - plain(x, t, words)).abs().max().item()
    print(f'residuals all zero: {same:.1e} from the plain UNet; step {saved["step"]}, {saved["spent"] / 60:.0f} min')
    assert same < 1e-5
    if args.look:
        sprites = scenes.Sprites(os.path.join(args.work, 'sprites'))
        look((text, controlled, control, decoder, statistics, tokenizer), sprites, args.look)
    if not args.out:
        return
    size = {0: 'batch', 2: 'height', 3: 'width'}
    sides = {r: {0: 'batch', 2: f'{r}_height', 3: f'{r}_width'} for r in RESIDUALS}
    common = {'sample': size, 'timestep': {0: 'batch'}, 'encoder_hidden_states': {0: 'batch', 1: 'sequence'}}
    for part in ('controlnet', 'unet'):
        os.makedirs(os.path.join(args.out, part), exist_ok=True)
    path = os.path.join(args.out, 'controlnet/model.onnx')
    torch.onnx.export(control, (x, t, words, hint, torch.ones(2)), path, opset_version=14,
                      input_names=[*common, 'controlnet_cond', 'conditioning_scale'], output_names=RESIDUALS,
                      dynamic_axes={**common, **sides, 'controlnet_cond': {0: 'batch', 2: 'hint_height', 3: 'hint_width'}, 'conditioning_scale': {0: 'batch'}})
    halve_weights(path)
    path = os.path.join(args.out, 'unet/model.onnx')
    names = [f'{r}_additional_residual' for r in RESIDUALS]
    torch.onnx.export(controlled, (x, t, words, *residuals), path, opset_version=14, input_names=[*common, *names], output_names=['out_sample'],
                      dynamic_axes={**common, **{n: sides[r] for n, r in zip(names, RESIDUALS)}, 'out_sample': size})
    halve_weights(path)
    with open(os.path.join(args.out, 'unet/config.json'), 'w') as f:
        f.write(json.dumps({'in_channels': LATENT_CHANNELS, 'out_channels': LATENT_CHANNELS, 'sample_size': 16, 'cross_attention_dim': TEXT_WIDTH}, indent=2) + '\n')
    files = []
    for root, _, found in os.walk(args.out):
        for name in found:
            if name in ('model.json', 'README.md'):
                continue
            with open(os.path.join(root, name), 'rb') as f:
                content = f.read()
            relative = os.path.relpath(os.path.join(root, name), args.out).replace(os.sep, '/')
            files.append({'path': relative, 'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()})
    with open(os.path.join(args.out, 'model.json'), 'w') as f:
        f.write(json.dumps({
            'name': 'sticker-control', 'kind': 'control', 'title': 'Hints for stickers', 'version': args.version,
            'licence': 'MIT; training data MIT, see ../NOTICE.md', 'source': 'Trained from scratch with models/recipes/control on openly licensed icon sets.',
            'card': 'README.md', 'for': 'sticker-diffusion', 'form': 'controlnet', 'hint': ['canny', 'scribble', 'silhouette'],
            'graph': {'file': 'controlnet/model.onnx', 'range': [0, 1]}, 'unet': 'unet/model.onnx',
            'files': sorted(files, key=lambda f: f['path'])}, indent=2, ensure_ascii=False) + '\n')
    print(', '.join(f'{f["path"]} {f["bytes"]:,}' for f in files))


if __name__ == '__main__':
    main()
