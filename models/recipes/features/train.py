"""Trains the feature net on icons over plain and textured grounds. Resumable; deterministic by --seed.

    python3 train.py --work DIR [--minutes 25] [--device cpu|cuda]

Reads DIR/icons.* (build_icons.mjs), writes DIR/features.pt. Eight in a hundred drawings are kept out, and their
recognition is printed: their concept is known only from the other sets' drawings of it.
"""
import argparse
import json
import os
import sys
import zlib

import numpy as np
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..'))
sys.path.insert(0, HERE)
from common import autocast, falling, set_learning_rate, step_seed, training  # noqa: E402
from net import Classifier  # noqa: E402
from textures import FAMILIES, bank  # noqa: E402

SIZE, BANK = 64, 96


class Pictures:
    """Draws batches: an icon, moved, turned and recoloured, over a plain or textured ground; or the ground alone."""

    def __init__(self, work, seed):
        with open(os.path.join(work, 'icons.json')) as f:
            listing = json.load(f)
        side = listing['size']
        self.icons = np.fromfile(os.path.join(work, 'icons.bin'), np.uint8).reshape(-1, side, side, 4)
        names = sorted({i['concept'] for i in listing['icons']})
        sets = sorted({i['set'] for i in listing['icons']})
        self.concepts = np.array([names.index(i['concept']) for i in listing['icons']])
        self.sets = np.array([sets.index(i['set']) for i in listing['icons']])
        unseen = np.array([zlib.crc32(f"{i['concept']} {i['set']}".encode()) % 100 < 8 for i in listing['icons']])
        self.known, self.unseen = np.flatnonzero(~unseen), np.flatnonzero(unseen)
        self.counts = len(names), len(FAMILIES), len(sets)
        path = os.path.join(work, 'textures.npy')
        if not os.path.exists(path):
            np.save(path, bank(np.random.default_rng(seed), 90, BANK))
        self.bank = np.load(path)

    def batch(self, rng, chosen, plain=False):
        """chosen: indices of icons -> image N,3,64,64 in [-1,1], concept, family (-1: none), set; -1 where no icon."""
        n = len(chosen)
        icons = torch.from_numpy(self.icons[chosen]).permute(0, 3, 1, 2).float() / 255
        icons[:, :3] *= icons[:, 3:]
        zoom = rng.uniform(.75, 1.5, n) if not plain else np.full(n, 1.1)
        turn = rng.normal(0, .25, n) * (not plain)
        mirror = np.where(rng.random(n) < .5 * (not plain), -1, 1)
        move = rng.uniform(-.25, .25, (2, n)) * (not plain)
        cos, sin = np.cos(turn) * zoom, np.sin(turn) * zoom
        theta = torch.from_numpy(np.stack([np.stack([cos * mirror, -sin, move[0]], 1), np.stack([sin * mirror, cos, move[1]], 1)], 1)).float()
        icons = F.grid_sample(icons, F.affine_grid(theta, (n, 4, SIZE, SIZE), align_corners=False), align_corners=False)
        ground = torch.from_numpy(rng.uniform(0, 1, (n, 3, 1, 1))).float().expand(-1, -1, SIZE, SIZE).clone()
        ground[rng.random(n) < .3] = 1.0
        family = np.full(n, -1)
        alone = rng.random(n) < .15
        textured = alone | (rng.random(n) < .35)
        if plain:
            alone, textured = np.zeros(n, bool), np.zeros(n, bool)
        for i in np.flatnonzero(textured):
            which = int(rng.integers(len(self.bank)))
            family[i] = which // (len(self.bank) // len(FAMILIES))
            y, x = rng.integers(0, BANK - SIZE + 1, 2)
            patch = self.bank[which, y:y + SIZE, x:x + SIZE][..., rng.permutation(3)]
            ground[i] = torch.from_numpy(patch.copy()).permute(2, 0, 1).float() / 255
        alpha = icons[:, 3:] * torch.from_numpy(~alone).float()[:, None, None, None]
        colour = icons[:, :3] * torch.from_numpy(~alone).float()[:, None, None, None]
        image = colour + (1 - alpha) * ground
        if not plain:
            gain = torch.from_numpy(rng.uniform(.7, 1.3, (n, 3, 1, 1))).float()
            image = (image * gain + torch.from_numpy(rng.uniform(-.15, .15, (n, 1, 1, 1))).float()).clamp(0, 1)
        concept, drawn_by = self.concepts[chosen].copy(), self.sets[chosen].copy()
        concept[alone], drawn_by[alone] = -1, -1
        return image * 2 - 1, *(torch.from_numpy(v.astype(np.int64)) for v in (concept, family, drawn_by))


def measure(net, pictures, device):
    """Share of kept-out drawings whose concept is named first, or among the first five; share of textures named."""
    net.eval()
    rng = np.random.default_rng(1)
    first = five = seen = right = textures = 0
    with torch.no_grad():
        for start in range(0, len(pictures.unseen), 128):
            image, concept, _, _ = pictures.batch(rng, pictures.unseen[start:start + 128], plain=True)
            order = net(image.to(device))[0].float().topk(5, 1).indices.cpu()
            first += (order[:, 0] == concept).sum().item()
            five += (order == concept[:, None]).any(1).sum().item()
            seen += len(concept)
        for _ in range(6):
            image, _, family, _ = pictures.batch(rng, rng.choice(pictures.unseen, 128))
            guess = net(image.to(device))[1].float().argmax(1).cpu()
            right += ((guess == family) & (family >= 0)).sum().item()
            textures += (family >= 0).sum().item()
    net.train()
    return first / seen, five / seen, right / textures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--minutes', type=float, default=25, help='stop by then; the learning rate falls towards it')
    parser.add_argument('--batch', type=int, default=64)
    parser.add_argument('--lr', type=float, default=2e-3)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--device', default='cpu', help='cpu or cuda')
    parser.add_argument('--threads', type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    pictures = Pictures(args.work, args.seed)
    net = Classifier(*pictures.counts).to(args.device, memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.lr, weight_decay=.02)
    path = os.path.join(args.work, 'features.pt')
    print(f'{len(pictures.known)} icons, {len(pictures.unseen)} kept out, {pictures.counts[0]} concepts', flush=True)
    losses = []

    def report(step, seconds):
        first, five, right = measure(net, pictures, args.device)
        print(f'{seconds:.0f} s, step {step}: loss {np.mean(losses or [0]):.3f}, kept-out concept {first:.1%} first, '
              f'{five:.1%} of five, texture {right:.1%}', flush=True)
        losses.clear()

    parts = {'net': net, 'optimiser': optimiser}
    for step, done in training(path, parts, args.minutes, report, args.device, counts=pictures.counts):
        rng = np.random.default_rng(step_seed(args.seed, step))
        torch.manual_seed(step_seed(args.seed, step))
        set_learning_rate(optimiser, args.lr * min(1, (step + 1) / 100) * falling(done, 0, .01))
        image, concept, family, drawn_by = (t.to(args.device) for t in pictures.batch(rng, rng.choice(pictures.known, args.batch)))
        with autocast(args.device):
            guesses = net(image.to(memory_format=torch.channels_last))
        concept_loss = F.cross_entropy(guesses[0].float(), concept, ignore_index=-1, label_smoothing=.1)
        texture_loss = F.cross_entropy(guesses[1].float(), family, ignore_index=-1)
        set_loss = F.cross_entropy(guesses[2].float(), drawn_by, ignore_index=-1)
        loss = concept_loss + .5 * texture_loss + .3 * set_loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        losses.append(concept_loss.item())


if __name__ == '__main__':
    main()
