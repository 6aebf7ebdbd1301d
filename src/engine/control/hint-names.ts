/** What a hint may be called. */
import { AppError } from '../../core/errors.ts';
import { hintMakers } from './hints/index.ts';

type Made = keyof typeof hintMakers;
const BY_MODEL = { depth: 'MiDaS or Depth Anything', pose: 'ViTPose or MoveNet' } as const;
export type HintName = Made | keyof typeof BY_MODEL;

export const HINT_NAMES: readonly HintName[] = [
  ...(Object.keys(hintMakers) as Made[]),
  ...(Object.keys(BY_MODEL) as (keyof typeof BY_MODEL)[]),
];

export const isHintName = (name: string): name is HintName => (HINT_NAMES as readonly string[]).includes(name);

export const isByModel = (name: HintName): name is keyof typeof BY_MODEL => name in BY_MODEL;

export const unknownHint = (name: string) =>
  new AppError('invalid_request', `There is no hint called ${name}. Choose one of: ${HINT_NAMES.join(', ')}.`);

export const needsModel = (name: keyof typeof BY_MODEL) =>
  new AppError(
    'model_missing',
    `No ${name} model is installed, so no ${name} hint can be made of a picture. Put one into the models folder, as one ONNX graph (such as ${BY_MODEL[name]}) with a model.json of kind "${name}". Or hand in a ${name} picture made elsewhere, with the hint "none".`,
  );
