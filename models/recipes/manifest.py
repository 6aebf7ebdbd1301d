"""Writes vocabulary.json and model.json of a model folder: what it understands, and every file with size and digest.

    python3 manifest.py --model ../sticker-diffusion --version 2026-11-21
"""
import argparse
import hashlib
import json
import os

import scenes

LICENCE = 'MIT; training data MIT, Apache-2.0 and CC-BY-4.0, see ../NOTICE.md'
SOURCE = 'Trained from scratch with models/recipes on openly licensed icon sets.'


def vocabulary():
    with open(os.path.join(scenes.HERE, 'subjects.json')) as f:
        subjects = json.load(f)

    def keywords(name):
        plural = [scenes.SUBJECTS[name]] if scenes.SUBJECTS[name] != name else []
        return plural + subjects[name].get('keywords', [])

    return {
        'subjects': {name: keywords(name) for name in sorted(subjects)},
        'colours': list(scenes.TINTS),
        'styles': list(scenes.STYLES),
        'backgrounds': list(scenes.BACKGROUNDS),
        'counts': ['one', 'two', 'three', 'four'],
        'positions': list(scenes.PLACES),
        'relations': ['and', 'next to', 'to the left of', 'above'],
        'sizes': ['big', 'small'],
        'maxSubjects': 2,
        'defaults': {'background': 'white', 'count': 'one'},
        'examples': ['a cat', 'two red apples on a blue background', 'a green frog on the left on a white background',
                     'a panda and a penguin on a cyan background', 'a purple guitar on a yellow background, flat style'],
    }


def listing(folder):
    files = []
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            relative = os.path.relpath(path, folder).replace(os.sep, '/')
            if relative == 'model.json':
                continue
            with open(path, 'rb') as f:
                content = f.read()
            files.append({'path': relative, 'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()})
    return sorted(files, key=lambda f: f['path'])


def write(path, content):
    with open(path, 'w') as f:
        json.dump(content, f, indent=2, ensure_ascii=False)
        f.write('\n')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', required=True, help='the exported folder')
    parser.add_argument('--version', required=True, help='the date of the weights')
    parser.add_argument('--guidance', type=float, default=5)
    args = parser.parse_args()
    write(os.path.join(args.model, 'vocabulary.json'), vocabulary())
    write(os.path.join(args.model, 'model.json'), {
        'name': 'sticker-diffusion', 'kind': 'diffusion', 'title': 'Sticker diffusion', 'version': args.version,
        'licence': LICENCE, 'source': SOURCE, 'card': 'README.md',
        'defaults': {'width': 128, 'height': 128, 'steps': 20, 'guidance': int(args.guidance) if args.guidance % 1 == 0 else args.guidance, 'sampler': 'ddim'},
        # The UNet halves the latents twice and a latent cell is 8 px: sides are multiples of 32.
        'limits': {'minSide': 128, 'maxSide': 256, 'multipleOf': 32},
        'display': {'upscale': 4},
        'vocabulary': {'file': 'vocabulary.json'},
        'files': listing(args.model)})
    print(f'{args.model}: {sum(f["bytes"] for f in listing(args.model)):,} bytes')


if __name__ == '__main__':
    main()
