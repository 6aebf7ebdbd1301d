/** From a seed, attributes, other seeds or a picture to the recipe of faces. */
import { randomInt } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { FacePoint } from '../../core/face-recipe.ts';
import type { Plan, RecipeOf, Source, Sources } from '../../core/recipe.ts';
import { MAX_SEED, type RequestOf } from '../../core/request.ts';
import { labelled } from '../gan/attributes.ts';
import { layersOf } from '../gan/w-plus.ts';
import { addEdits, costOfFaces, displayOf, findGan, type InstalledGan, pointMade, reseeded } from './faces.ts';
import type { PlanningDeps } from './models.ts';

/** More come as a sheet, where nobody sees the difference. */
const MOST_ENLARGED = 9;
/** Faces that are made within a few seconds. */
const MOST_LIGHT = 36;
/** Of the search: what more of them win is not seen any more. */
const STEPS = 40;
/** Passes of the networks that one step of the search takes: there and back, through the eyes too. */
const PASSES_A_STEP = 5;
const LEAST_SIDE = 16;

export function planFace(deps: PlanningDeps, request: RequestOf<'face'>, sources: Sources): Plan {
  const source = request.picture && sources(request.picture);
  const made = source && pointMade(source);
  const model = findGan(
    deps,
    request.model ?? (made && deps.catalogue.of('gan').find(({ ref }) => ref.name === made.model.name)?.ref.name),
  );
  const { manifest, ref } = model;
  const begun = begin(model, request, source);
  const { point } = begun;

  const recipe: RecipeOf<'face'> = {
    ...{ v: 1, kind: 'face', model: ref },
    ...point,
    truncation: request.truncation ?? point.truncation,
    edits: addEdits(point.edits, labelled(request.attributes, manifest.attributes)),
    mixes: [
      ...point.mixes,
      ...(request.mix ?? []).map(({ seed, layers }) => ({ seed, layers: layersOf(layers, manifest.layers) })),
    ],
    count: request.count,
    ...(request.count <= MOST_ENLARGED && displayOf(deps, model)),
  };
  const { count, projection, display } = recipe;
  if (projection && count > 1) throw new AppError('invalid_request', 'A picture is one face: leave the count at 1.');
  const notes = [...begun.notes];
  if (count > MOST_ENLARGED && manifest.display)
    notes.push(`More than ${MOST_ENLARGED} faces stay at ${manifest.resolution}×${manifest.resolution} pixels.`);
  const cost = costOfFaces(model, count + (projection?.steps ?? 0) * PASSES_A_STEP, count, display?.factor);
  return { recipe, cost, notes, ...(!projection && count <= MOST_LIGHT && { light: true }) };
}

/** The face before anything is changed of it. */
function begin(
  model: InstalledGan,
  { seed, picture }: RequestOf<'face'>,
  source?: Source,
): { point: FacePoint; notes: string[] } {
  if (!picture || !source) {
    const own = seed ?? randomInt(MAX_SEED + 1);
    return { point: { seed: own, truncation: model.manifest.truncation, edits: {}, mixes: [] }, notes: [] };
  }
  const made = pointMade(source);
  if (made?.model.sha256 === model.ref.sha256) {
    return { point: seed === undefined ? made.point : reseeded(model, made.point, seed), notes: [] };
  }
  return search(model, source);
}

function search({ manifest }: InstalledGan, source: Source): { point: FacePoint; notes: string[] } {
  const { key, sha256, width, height } = source;
  if (!manifest.graphs.encoder && !manifest.projection)
    throw new AppError(
      'invalid_request',
      `The model ${manifest.name} makes faces of seeds only: it cannot look for a picture.`,
    );
  if (Math.min(width, height) < LEAST_SIDE)
    throw new AppError(
      'invalid_request',
      `That picture is ${width}×${height} pixels. Take one of at least ${LEAST_SIDE} a side.`,
    );
  const steps = manifest.projection ? STEPS : 0;
  const notes = [
    steps > 0
      ? `The face most like your picture is looked for in ${steps} steps; it is one that this model can draw, not the person. It works best where the face fills the picture.`
      : 'The face most like your picture is guessed at a glance: this model cannot search.',
    ...(Math.abs(Math.log(width / height)) > 0.03
      ? [`Only the middle square of your ${width}×${height} picture was looked at.`]
      : []),
  ];
  const projection = { picture: { key, sha256, width, height }, steps };
  return { point: { seed: source.seed ?? 0, truncation: 1, edits: {}, mixes: [], projection }, notes };
}
