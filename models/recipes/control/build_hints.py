"""Draws scenes with their hints, and encodes both scene and caption once.

    python3 build_hints.py --work DIR --out DIR/control [--scenes 14000]

Reads DIR/sprites, DIR/vae.pt, DIR/latent-statistics.pt and the text encoder; writes DIR/control/shard-*.pt: latents
(normalised, fp16), three packed hints per scene, and the pooled text of two captions. Half of the captions say nothing of
place, size or number, so that only the hint can. Four scenes in ten are drawn off the grid of ../scenes.py.
"""
import argparse
import os
import sys

import numpy as np
import torch
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..')]
import scenes  # noqa: E402
from common import in_float, load, load_tokenizer, save  # noqa: E402
from hints import canny, scribble  # noqa: E402
from nets import Encoder, TextEncoder  # noqa: E402

SHARD = 2000


def reticent(scene, rng):
    """A caption of what and on what ground, silent about place, size and number."""
    nouns = [f'{scene["tint"]} {scene["subject"]}'.strip()]
    if scene['kind'] == 'pair':
        nouns.append(f'{scene["tint2"]} {scene["subject2"]}'.strip())
    words = ' and '.join(scenes.article(n) for n in nouns)
    if scene['background'] != 'white' or rng.random() < .3:
        words += f' on {scenes.article(scene["background"])} background'
    return words if rng.random() < .6 else f'{words}, {scene["style"]} style'


def free_scene(rng, sprites):
    """One or two subjects anywhere, of any size, perhaps mirrored. The caption is always reticent."""
    scene = scenes.describe(rng, kind='pair' if rng.random() < .3 else 'big')
    canvas = np.empty((scenes.SIDE, scenes.SIDE, 3), np.float32)
    canvas[:] = scenes.BACKGROUNDS[scene['background']]
    mask = np.zeros((scenes.SIDE, scenes.SIDE), bool)
    subjects = [(scene['subject'], scene['tint'])] + ([(scene['subject2'], scene['tint2'])] if scene['kind'] == 'pair' else [])
    for i, (subject, tint) in enumerate(subjects):
        side = int(rng.integers(48, 112)) if len(subjects) == 1 else int(rng.integers(40, 60))
        style = scene['style'] if sprites.has(subject, scene['style']) else 'flat'
        image = Image.fromarray(sprites.get(subject, style, scenes.BIG, tint).astype(np.uint8)).convert('RGBa').resize((side, side), Image.LANCZOS)
        sprite = np.asarray(image.convert('RGBA'), np.float32)
        if rng.random() < .3:
            sprite = sprite[:, ::-1]
        y = int(rng.integers(0, scenes.SIDE - side + 1))
        x = int(rng.integers(0, scenes.SIDE - side + 1)) if len(subjects) == 1 else int(rng.integers(0, 64 - side + 1)) + 64 * i
        alpha = sprite[..., 3:] / 255
        region = canvas[y:y + side, x:x + side]
        region += alpha * (sprite[..., :3] - region)
        mask[y:y + side, x:x + side] |= alpha[..., 0] > .5
    return scene, np.clip(canvas + .5, 0, 255).astype(np.uint8), mask


def outline(sprites, scene):
    """Where the subjects of a scene on the grid stand: drawn on two grounds, it is where the two agree."""
    a, b = (sprites.render({**scene, 'background': ground}).astype(int) for ground in ('white', 'black'))
    return np.abs(a - b).sum(-1) < 350


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--out', required=True)
    parser.add_argument('--text', default='text-fillers.pt')
    parser.add_argument('--scenes', type=int, default=14000)
    parser.add_argument('--seed', type=int, default=77)
    args = parser.parse_args()
    torch.set_num_threads(1)
    os.makedirs(args.out, exist_ok=True)
    sprites, tokenizer = scenes.Sprites(os.path.join(args.work, 'sprites')), load_tokenizer()
    encoder, text = Encoder().eval(), TextEncoder(len(tokenizer.vocabulary)).eval()
    encoder.load_state_dict(in_float(load(os.path.join(args.work, 'vae.pt'))['encoder']))
    text.load_state_dict(in_float(load(os.path.join(args.work, args.text))['encoder']))
    statistics = load(os.path.join(args.work, 'latent-statistics.pt'))
    with torch.no_grad():
        save(os.path.join(args.out, 'silence.pt'), pooled=text(torch.tensor([tokenizer.encode('')])).mean(1)[0])
    for shard, start in enumerate(range(0, args.scenes, SHARD)):
        path = os.path.join(args.out, f'shard-{shard:03d}.pt')
        if os.path.exists(path):
            continue
        rng = np.random.default_rng(args.seed * 1000 + shard)
        latents, hints, pooled = [], [], []
        for _ in range(0, min(SHARD, args.scenes - start), 50):
            pictures, captions = [], []
            for _ in range(50):
                if rng.random() < .4:
                    scene, picture, mask = free_scene(rng, sprites)
                    words = [reticent(scene, rng), reticent(scene, rng)]
                else:
                    scene = scenes.describe(rng)
                    picture, mask = sprites.render(scene), outline(sprites, scene)
                    words = [reticent(scene, rng), scenes.caption(scene, rng)]
                edges = canny(picture, rng.uniform(.8, 1.4), rng.uniform(25, 60), rng.uniform(70, 130))
                hints.append(np.packbits(np.stack([edges, scribble(edges, int(rng.integers(2, 5))), mask]), axis=None))
                pictures.append(picture)
                captions += words
            with torch.no_grad():
                z = encoder(torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1)
                latents.append(((z - statistics['mean']) / statistics['std']).half())
                pooled.append(text(torch.tensor([tokenizer.encode(c) for c in captions])).mean(1).half().view(50, 2, -1))
        save(path, latents=torch.cat(latents), hints=torch.from_numpy(np.stack(hints)), pooled=torch.cat(pooled))
        print(f'{path}: {sum(map(len, latents))} scenes', flush=True)


if __name__ == '__main__':
    main()
