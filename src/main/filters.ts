/** Filters and faces from a shell: pictures are files, and so is what comes out. */
import { parseAttributes } from '../bots/attributes.ts';
import { FACE, parseMix } from '../bots/face.ts';
import { MORPH } from '../bots/morph.ts';
import { checked, typed } from '../bots/option-table.ts';
import { STYLIZE } from '../bots/stylize.ts';
import { AppError } from '../core/errors.ts';
import type { PictureRef, RequestOf } from '../core/request.ts';
import { attributesOf } from '../engine/gan/attributes.ts';
import type { Ask } from './at-shell.ts';
import type { HandedIn } from './handed-in.ts';

export interface StylizeOptions {
  brush?: string;
  like?: string[];
  words?: string;
  quality?: string;
  strength?: string;
  keepColours?: string;
  mask?: string;
  seed?: string;
}

export const askStylize =
  (file: string, { like, mask, keepColours, seed, ...options }: StylizeOptions): Ask =>
  async ({ add }) =>
    checked({
      kind: 'stylize',
      ...typed(STYLIZE, { ...options }),
      source: await add(file),
      ...(like && { styles: await inTurn(like, (said) => readStyle(said, add)) }),
      ...(mask !== undefined && { mask: await add(mask) }),
      ...(keepColours !== undefined && { keepColours }),
      ...typed(FACE, { seed }),
    });

const STYLE_SETTING = /,(?:weight=([0-9.]+)|mask=([^,=]+))$/;

/** `waves.png,weight=0.7,mask=sky.png`. */
async function readStyle(
  said: string,
  add: HandedIn['add'],
): Promise<{ picture: PictureRef; [more: string]: unknown }> {
  let rest = said;
  const settings: { weight?: number; mask?: PictureRef } = {};
  for (let found = STYLE_SETTING.exec(rest); found; found = STYLE_SETTING.exec(rest)) {
    const [whole, weight, mask] = found;
    if (weight !== undefined) settings.weight = Number(weight);
    if (mask !== undefined) settings.mask = await add(mask);
    rest = rest.slice(0, -whole.length);
  }
  return { picture: await add(rest), ...settings };
}

export const askUpscale =
  (file: string, { factor = '4' }: { factor?: string }): Ask =>
  async ({ add }) =>
    checked({ kind: 'upscale', source: await add(file), factor: Number(factor) });

export interface FaceOptions {
  with?: string;
  count?: string;
  seed?: string;
  truncation?: string;
  mix?: string;
  like?: string;
  model?: string;
}

export const askFace =
  ({ with: attributes, mix, like, model, ...options }: FaceOptions): Ask =>
  async ({ add }, catalogue) =>
    checked({
      kind: 'face',
      ...typed(FACE, { ...options }),
      ...(model !== undefined && { model }),
      ...(attributes !== undefined && { attributes: parseAttributes(attributes, attributesOf(catalogue)) }),
      ...(mix !== undefined && { mix: parseMix(mix) }),
      ...(like !== undefined && { picture: await add(like) }),
    });

export const askMorph =
  (seeds: readonly string[], { frames }: { frames?: string }): Ask =>
  async () => {
    const wrong = seeds.find((seed) => !/^\d{1,10}$/.test(seed));
    if (wrong !== undefined)
      throw new AppError(
        'invalid_request',
        `A morph goes from seed to seed of faces; “${wrong.slice(0, 40)}” is none.`,
      );
    const stops = seeds.map((seed) => ({ seed: Number(seed) }));
    return checked({ kind: 'morph', stops, ...typed(MORPH, { frames }) }) satisfies RequestOf<'morph'>;
  };

/** One after the other: two files decoded at once would take twice the memory. */
async function inTurn<T, U>(all: readonly T[], act: (one: T) => Promise<U>): Promise<U[]> {
  const done: U[] = [];
  for (const one of all) done.push(await act(one));
  return done;
}
