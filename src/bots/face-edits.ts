/** Requests made of a finished face: more or less of an attribute, mixed with another, on the way to another. */
import { randomInt } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { LAYER_GROUPS, type LayerGroup, MAX_EDIT } from '../core/face-request.ts';
import { MAX_FRAMES, MAX_SEED, type RequestOf } from '../core/request.ts';
import { decodeEdit } from './attributes.ts';
import { named } from './closest.ts';
import { ours, type Pressed } from './pressed.ts';

/** Layers that a mix takes from the other face: those that draw its features. */
const MIXED: LayerGroup = 'middle';
const MOST_STOPS = 9;
/** From one stop to the next; of many, fewer, so that all of them fit into one moving picture. */
const FRAMES = 24;

/** The face that was pressed, as it is: named as a picture of ours, it keeps its place among the faces. */
function thisFace({ action, generation }: Pressed): RequestOf<'face'> {
  const { recipe, request } = generation;
  if (recipe.kind !== 'face') throw new AppError('invalid_request', 'That can be done with faces only.');
  return {
    kind: 'face',
    count: 1,
    picture: ours(generation, action.index),
    attributes: {},
    private: request.private,
  };
}

/** More or less of an attribute; without one, the face alone. */
export function edited(pressed: Pressed): RequestOf<'face'> {
  const face = thisFace(pressed);
  const { detail } = pressed.action;
  if (!detail) return face;
  const edit = decodeEdit(detail, pressed.studio.attributes());
  if (!edit) throw new AppError('invalid_request', 'The model that is installed now has no such attribute.');
  const { name, title, amount } = edit;
  const { recipe } = pressed.generation;
  const [, now = 0] =
    (recipe.kind === 'face' && Object.entries(recipe.edits).find(([label]) => named([edit], label))) || [];
  if (Math.abs(now) >= MAX_EDIT && Math.sign(now) === Math.sign(amount))
    throw new AppError('invalid_request', `There can be no ${amount > 0 ? 'more' : 'less'} of “${title}” in a face.`);
  return { ...face, attributes: { [name]: amount } }; // what there is of it already stays
}

/** Some of its layers from a face that has not been seen before. Karras et al. 2019, section 3.1. */
export function mixed(pressed: Pressed): RequestOf<'face'> {
  const layers = LAYER_GROUPS.find((group) => group === pressed.action.detail) ?? MIXED;
  return { ...thisFace(pressed), mix: [{ seed: randomInt(MAX_SEED), layers }] };
}

/** A face on the way to one that has not been seen before; of several pictures, through all of them. */
export function morphed({ action, generation }: Pressed): RequestOf<'morph'> {
  const { images, request } = generation;
  const all = images.slice(0, MOST_STOPS).map(({ index }) => ours(generation, index));
  const stops = all.length > 1 ? all : [ours(generation, action.index), { seed: randomInt(MAX_SEED) }];
  const frames = Math.min(FRAMES, Math.floor((MAX_FRAMES - 1) / (stops.length - 1)) + 1);
  return { kind: 'morph', stops, frames, private: request.private };
}
