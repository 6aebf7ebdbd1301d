"""Captioned scenes: what stands where, in which colours, and how people would ask for it.

A scene is described first (`describe`, cheap, no pixels) and drawn later (`Sprites.render`), so that the text encoder
can be trained on captions alone.

Everything is placed on one grid. Small sprites are 48 px wide and stand in nine slots at 8, 40 and 72 px; big ones are
96 px wide at 16 px. All of these are multiples of the autoencoder's 8 px, and the slots are 32 px apart, the stride of
the UNet's deepest level. A sprite therefore has the same latents wherever it stands. With free placement the same
sprite has different latents in every scene, and a small network learns their average: a blob.

For the same reason a caption that leaves something out has a fixed meaning: no background means white, no place means
large and in the middle. Only the style stays open.
"""
import json
import os

import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
SIDE = 128
BIG, BIG_AT = 96, 16
SMALL = 48
SLOT = (8, 40, 72)

BACKGROUNDS = {
    'white': (250, 250, 250), 'black': (18, 18, 20), 'gray': (135, 135, 140), 'red': (215, 45, 45),
    'orange': (245, 140, 40), 'yellow': (250, 215, 70), 'green': (60, 165, 75), 'blue': (50, 105, 220),
    'purple': (125, 60, 180), 'pink': (245, 160, 195), 'cyan': (100, 205, 225), 'brown': (125, 80, 50)}
TINTS = {
    'red': (214, 36, 44), 'orange': (240, 126, 24), 'yellow': (246, 204, 44), 'green': (46, 158, 62),
    'cyan': (60, 190, 214), 'blue': (40, 92, 214), 'purple': (126, 54, 182), 'pink': (240, 130, 176)}
PLACES = {  # slot column and row
    'left': (0, 1), 'right': (2, 1), 'top': (1, 0), 'bottom': (1, 2), 'center': (1, 1),
    'top left': (0, 0), 'top right': (2, 0), 'bottom left': (0, 2), 'bottom right': (2, 2)}
GROUPS = {2: ['left', 'right'], 3: ['top', 'bottom left', 'bottom right'],
          4: ['top left', 'top right', 'bottom left', 'bottom right']}
NUMBERS = {1: ['one', '1', 'a single'], 2: ['two', '2', 'a pair of', 'a couple of'], 3: ['three', '3'], 4: ['four', '4']}
PLACE_WORDS = {
    'left': ['on the left', 'on the left', 'at the left', 'on the left side', 'to the left'],
    'right': ['on the right', 'on the right', 'at the right', 'on the right side', 'to the right'],
    'top': ['at the top', 'at the top', 'on top', 'on the top'],
    'bottom': ['at the bottom', 'at the bottom', 'on the bottom'],
    'center': ['in the center', 'in the middle', 'in the centre'],
    'top left': ['in the top left corner', 'at the top left', 'top left'],
    'top right': ['in the top right corner', 'at the top right', 'top right'],
    'bottom left': ['in the bottom left corner', 'at the bottom left', 'bottom left'],
    'bottom right': ['in the bottom right corner', 'at the bottom right', 'bottom right']}
STYLES = ('3d', 'flat')
KINDS = {'big': .34, 'placed': .20, 'group': .18, 'pair': .28}
# What a caption says about its picture; '' where it does not say. The text encoder learns to answer these.
QUESTIONS = ('subject', 'subject2', 'style', 'background', 'kind', 'count', 'tint', 'tint2', 'place')


def load_subjects():
    """name -> plural"""
    with open(os.path.join(HERE, 'subjects.json')) as f:
        subjects = json.load(f)
    return {s: v.get('plural', s if s.endswith('s') else s + 's') for s, v in subjects.items()}


SUBJECTS = load_subjects()


def article(words):
    return ('an ' if words[0] in 'aeiou' else 'a ') + words


def pick(rng, options):
    return options[int(rng.integers(len(options)))]


def describe(rng, styles=STYLES, subjects=None, kind=None):
    """The attributes of one random scene."""
    names = sorted(subjects or SUBJECTS)
    kind = kind or str(rng.choice(list(KINDS), p=list(KINDS.values())))
    scene = dict(kind=kind, subject=pick(rng, names), subject2='', style=pick(rng, styles), count=1, place='', relation='',
                 tint='', tint2='', background='white' if rng.random() < .2 else pick(rng, list(BACKGROUNDS)))
    if rng.random() < (.15 if kind == 'pair' else .33):
        scene['tint'] = pick(rng, list(TINTS))
    if kind == 'placed':
        scene['place'] = pick(rng, list(PLACES) + ['left', 'right', 'top', 'bottom'] * 2)
    elif kind == 'group':
        scene['count'] = pick(rng, [2, 3, 4])
    elif kind == 'pair':
        scene['subject2'] = pick(rng, [s for s in names if s != scene['subject']])
        scene['relation'] = pick(rng, ['beside', 'beside', 'beside', 'above'])
        if rng.random() < .15:
            scene['tint2'] = pick(rng, list(TINTS))
    # A sprite tinted in its background's colour would not be seen.
    while scene['background'] in (scene['tint'], scene['tint2']):
        scene['background'] = pick(rng, list(BACKGROUNDS))
    return scene


def caption(scene, rng):
    """One way to ask for the scene."""
    def named(subject, tint):
        return f'{tint} {subject}'.strip()

    noun, tail = named(scene['subject'], scene['tint']), ''
    if scene['kind'] == 'big':
        what = pick(rng, [noun, article(noun), article(noun), article('big ' + noun), pick(rng, NUMBERS[1]) + ' ' + noun])
    elif scene['kind'] == 'placed':
        small = pick(rng, ['', 'small ', 'small ', 'little '])
        if scene['place'] == 'center' and not small:
            small = 'small '  # a large one stands in the middle too
        what = pick(rng, [small + noun, article(small + noun), article(small + noun)])
        if scene['place'] != 'center' or rng.random() < .5:
            tail = pick(rng, [' ', ' ', ', ']) + pick(rng, PLACE_WORDS[scene['place']])
    elif scene['kind'] == 'group':
        what = pick(rng, NUMBERS[scene['count']]) + ' ' + named(SUBJECTS[scene['subject']], scene['tint'])
    else:
        other = named(scene['subject2'], scene['tint2'])
        if scene['relation'] == 'above':
            what = pick(rng, [f'{article(noun)} above {article(other)}', f'{noun} above {other}',
                              f'{article(noun)} over {article(other)}', f'{article(noun)} on top of {article(other)}'])
        else:
            what = pick(rng, [f'{article(noun)} and {article(other)}', f'{article(noun)} and {article(other)}',
                              f'{noun} and {other}', f'{article(noun)} to the left of {article(other)}',
                              f'{article(noun)} next to {article(other)}', f'{article(noun)} beside {article(other)}'])
    ground = scene['background']
    if ground == 'white' and rng.random() < .6:
        setting = ''
    else:
        colour = 'grey' if ground == 'gray' and rng.random() < .5 else ground
        setting = pick(rng, [f' on {article(colour)} background', f' on {article(colour)} background', f', {colour} background',
                             f' on {colour}', f' with {article(colour)} background'])
    words = what + tail + setting
    if rng.random() < .5:
        style = scene['style']
        words = pick(rng, [f'{words}, {style} style', f'{words}, {style} style', f'{words}, {style}', f'{style} style {words}',
                           f'{words} in {style} style'])
    if rng.random() < .2:
        words = pick(rng, ['a sticker of ', 'an icon of ', 'a picture of ', 'an emoji of ', 'draw ']) + words
    return ' '.join(words.split())


def answers(scene, words):
    """What `words` say about the scene: the labels of QUESTIONS."""
    said = {q: str(scene[q]) for q in QUESTIONS}
    if scene['style'] not in words.replace(',', '').split():
        said['style'] = ''
    if scene['kind'] == 'pair':
        said['kind'] = 'pair ' + scene['relation']
    return said


class Sprites:
    """The rasterised subjects, cropped to their outline and ready in both sizes."""

    def __init__(self, folder):
        with open(os.path.join(folder, 'sprites.json')) as f:
            listing = json.load(f)
        size = listing['size']
        pixels = np.fromfile(os.path.join(folder, 'sprites.bin'), np.uint8).reshape(-1, size, size, 4)
        self.sprites = {}
        for entry, rgba in zip(listing['sprites'], pixels):
            image = Image.fromarray(rgba)
            image = image.crop(image.getbbox())
            side = max(image.size)
            square = Image.new('RGBA', (side, side))
            square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
            for pixel_size in (BIG, SMALL):
                scaled = square.convert('RGBa').resize((pixel_size, pixel_size), Image.LANCZOS).convert('RGBA')
                self.sprites[entry['subject'], entry['style'], pixel_size] = np.asarray(scaled, np.float32)

    def has(self, subject, style):
        return (subject, style, BIG) in self.sprites

    def get(self, subject, style, pixel_size, tint=''):
        sprite = self.sprites[subject, style, pixel_size]
        return tinted(sprite, TINTS[tint]) if tint else sprite

    def render(self, scene):
        """uint8 H,W,3"""
        canvas = np.empty((SIDE, SIDE, 3), np.float32)
        canvas[:] = BACKGROUNDS[scene['background']]

        def put(subject, tint, x, y, pixel_size):
            style = scene['style'] if self.has(subject, scene['style']) else 'flat'
            sprite = self.get(subject, style, pixel_size, tint)
            alpha = sprite[..., 3:] / 255
            region = canvas[y:y + pixel_size, x:x + pixel_size]
            region += alpha * (sprite[..., :3] - region)

        def put_small(subject, tint, place):
            column, row = PLACES[place]
            put(subject, tint, SLOT[column], SLOT[row], SMALL)

        subject, tint = scene['subject'], scene['tint']
        if scene['kind'] == 'big':
            put(subject, tint, BIG_AT, BIG_AT, BIG)
        elif scene['kind'] == 'placed':
            put_small(subject, tint, scene['place'])
        elif scene['kind'] == 'group':
            for place in GROUPS[scene['count']]:
                put_small(subject, tint, place)
        else:
            first, second = ('left', 'right') if scene['relation'] == 'beside' else ('top', 'bottom')
            put_small(subject, tint, first)
            put_small(scene['subject2'], scene['tint2'], second)
        return np.clip(canvas + .5, 0, 255).astype(np.uint8)


def tinted(sprite, colour):
    """Redraws a sprite in shades of one colour.

    Brightness relative to the sprite's own mean becomes a ramp from black through the colour to white, so that white
    and dark subjects take the colour as well as bright ones, and eyes and outlines stay dark.
    """
    light = sprite[..., :3] @ np.array([.299, .587, .114], np.float32)
    weight = sprite[..., 3]
    mean = (light * weight).sum() / max(1.0, weight.sum())
    mean = min(max(mean, 60.0), 235.0)
    ratio = light / mean
    dark = np.clip(ratio, 0, 1) ** 1.2
    bright = np.clip((light - mean) / (255 - mean), 0, 1) * min(.75, (255 - mean) / 130)  # pale subjects must not stay pale
    shade = np.array(colour, np.float32) * dark[..., None]
    out = sprite.copy()
    out[..., :3] = shade + (255 - shade) * bright[..., None]
    return out
