/**
 * Whether a picture shows what its caption asks for. By program, without a network: a picture is compared with true
 * renderings of the alternatives. The same judge looks at true scenes first; its score there is the ceiling. A port of
 * models/recipes/adherence.py.
 */
import type { Picture } from '../../src/core/picture.ts';
import { blurred } from '../metrics/blur.ts';
import type { HeldOut, Scene } from './held-out.ts';
import { filled, opened, overlap, type Region } from './regions.ts';
import type { Sprite, Sprites } from './sprites.ts';

/** Question → right or wrong; only the questions that the scene raises. */
export type Answers = Record<string, boolean>;
export type Judge = (picture: Picture, scene: Scene) => Answers;

type Rgb = readonly number[];
interface Window {
  x: number;
  y: number;
  side: number;
}
interface Asked {
  window: Window;
  subject: string;
  tint: string;
}

const FRAME = 4;
const DIFFERENT = 45;

export function createJudge(heldOut: HeldOut, sprites: Sprites): Judge {
  const { side, sheet, backgrounds, tints } = heldOut;
  const large: Window = { x: heldOut.largeAt, y: heldOut.largeAt, side: sheet.large };
  const slot = (place: string): Window => {
    const [column, row] = heldOut.places[place]!;
    return { x: heldOut.slots[column]!, y: heldOut.slots[row]!, side: sheet.small };
  };
  const discs = (windows: readonly Window[]) => discsOf(windows, side);
  const layouts = new Map<string, Region>([
    ['big', discs([large])],
    ...Object.keys(heldOut.places).map((place) => [`placed ${place}`, discs([slot(place)])] as const),
    ...Object.entries(heldOut.groups).map(([n, places]) => [`group ${n}`, discs(places.map(slot))] as const),
    ['stack', discs([slot('top'), slot('bottom')])],
  ]);
  const softened = createSoftener();

  const asked = (scene: Scene): Asked[] => {
    const { subject, tint } = scene;
    if (scene.kind === 'big') return [{ window: large, subject, tint }];
    if (scene.kind === 'placed') return [{ window: slot(scene.place), subject, tint }];
    if (scene.kind === 'group')
      return heldOut.groups[scene.count]!.map((place) => ({ window: slot(place), subject, tint }));
    const [first, second] = scene.relation === 'beside' ? ['left', 'right'] : ['top', 'bottom'];
    return [
      { window: slot(first!), subject, tint },
      { window: slot(second!), subject: scene.subject2, tint: scene.tint2 },
    ];
  };

  /** Squared error to the nearest style of a subject on the picture's own ground. */
  const distance = (patch: Planes, ground: Rgb, subject: string, tint: string): number => {
    const errors = sprites.styles.map((style) => {
      const sprite = sprites.get(subject, style, patch.side, tint);
      return sprite ? errorOf(patch, softened(sprite), ground) : Number.POSITIVE_INFINITY;
    });
    return Math.min(...errors);
  };

  return (picture, scene) => {
    const ground = borderColour(picture);
    const found = layoutOf(picture, ground, layouts);
    const answers: Answers = { background: nearest(ground, backgrounds) === scene.background };
    if (scene.kind === 'big') answers.count = found === 'big';
    if (scene.kind === 'placed') answers.position = found === `placed ${scene.place}`;
    if (scene.kind === 'group') answers.count = found === `group ${scene.count}`;
    const wanted = asked(scene);
    const patches = wanted.map(({ window }) => softPatch(picture, window));
    const ranks = wanted.map(({ subject, tint }, i) => {
      const own = distance(patches[i]!, ground, subject, tint);
      return sprites.subjects.filter((s) => s !== subject && distance(patches[i]!, ground, s, tint) < own).length;
    });
    const size = scene.kind === 'big' ? 'large' : scene.kind === 'pair' ? 'pair, both' : 'small';
    answers[`subject (${size})`] = ranks.every((rank) => rank === 0);
    answers[`subject (${size}), top 5`] = ranks.every((rank) => rank < 5);
    if (scene.tint) {
      const { subject } = wanted[0]!;
      const errors = Object.keys(tints).map((tint) => [distance(patches[0]!, ground, subject, tint), tint] as const);
      answers.tint = errors.reduce((a, b) => (b[0] < a[0] ? b : a))[1] === scene.tint;
    }
    return answers;
  };
}

/** Three planes of side × side. */
interface Planes {
  side: number;
  planes: Float32Array[];
}

const soften = (plane: Float32Array, side: number) => blurred(plane, side, side, 1.5, 6);

function softPatch({ width, data }: Picture, { x, y, side }: Window): Planes {
  const planes = [0, 1, 2].map((c) => {
    const plane = new Float32Array(side * side);
    for (let v = 0; v < side; v++)
      for (let u = 0; u < side; u++) plane[v * side + u] = data[((y + v) * width + x + u) * 3 + c]!;
    return soften(plane, side);
  });
  return { side, planes };
}

/** A sprite, softened: α·colour as three planes, and α. Softening is linear, so any ground can be added afterwards. */
interface Soft {
  colour: Float32Array[];
  alpha: Float32Array;
}

function createSoftener(): (sprite: Sprite) => Soft {
  const known = new WeakMap<Sprite, Soft>();
  return (sprite) => {
    const before = known.get(sprite);
    if (before) return before;
    const { side, data } = sprite;
    const plane = (value: (i: number) => number) =>
      soften(
        Float32Array.from({ length: side * side }, (_, i) => value(i)),
        side,
      );
    const made = {
      colour: [0, 1, 2].map((c) => plane((i) => (data[4 * i + c]! * data[4 * i + 3]!) / 255)),
      alpha: plane((i) => data[4 * i + 3]! / 255),
    };
    known.set(sprite, made);
    return made;
  };
}

function errorOf({ planes }: Planes, { colour, alpha }: Soft, ground: Rgb): number {
  let sum = 0;
  for (let c = 0; c < 3; c++) {
    const [seen, drawn, under] = [planes[c]!, colour[c]!, ground[c]!];
    for (let i = 0; i < alpha.length; i++) sum += (seen[i]! - drawn[i]! - under * (1 - alpha[i]!)) ** 2;
  }
  return sum / (3 * alpha.length);
}

/** The median of the frame, per channel. */
function borderColour({ width, height, data }: Picture): number[] {
  return [0, 1, 2].map((c) => {
    const values: number[] = [];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (x < FRAME || y < FRAME || x >= width - FRAME || y >= height - FRAME)
          values.push(data[(y * width + x) * 3 + c]!);
    values.sort((a, b) => a - b);
    return (values[values.length >> 1]! + values[(values.length - 1) >> 1]!) / 2;
  });
}

const nearest = (colour: Rgb, names: Record<string, Rgb>): string => {
  const far = (other: Rgb) => other.reduce((sum, v, c) => sum + (v - colour[c]!) ** 2, 0);
  return Object.entries(names).reduce((a, b) => (far(b[1]) < far(a[1]) ? b : a))[0];
};

function layoutOf({ width, height, data }: Picture, ground: Rgb, layouts: ReadonlyMap<string, Region>): string {
  const different = new Uint8Array(width * height);
  for (let i = 0; i < different.length; i++) {
    let sum = 0;
    for (let c = 0; c < 3; c++) sum += (data[3 * i + c]! - ground[c]!) ** 2;
    different[i] = Number(Math.sqrt(sum) > DIFFERENT);
  }
  const found = filled(opened({ width, height, data: different }));
  const ranked = [...layouts].map(([name, region]) => [overlap(region, found), name] as const);
  const best = ranked.reduce((a, b) => (b[0] > a[0] ? b : a));
  return best[0] > 0 ? best[1] : 'nothing';
}

/** Discs, the outline of a typical subject. */
function discsOf(windows: readonly Window[], side: number): Region {
  const data = new Uint8Array(side * side);
  for (const window of windows) {
    const middle = (window.side - 1) / 2;
    for (let v = 0; v < window.side; v++)
      for (let u = 0; u < window.side; u++)
        if ((u - middle) ** 2 + (v - middle) ** 2 <= (window.side * 0.46) ** 2)
          data[(window.y + v) * side + window.x + u] = 1;
  }
  return { width: side, height: side, data };
}
