/** The labels that faces can be edited along, as people say them. */
import { distance } from '../../core/distance.ts';
import { AppError } from '../../core/errors.ts';
import type { Catalogue } from '../catalogue.ts';

export interface Attribute {
  /** For typing and for buttons: `long-hair`. */
  name: string;
  /** The model's own label: `long hair`. */
  title: string;
}

const nameOf = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** Of all installed models for faces, each once; empty without any. */
export function attributesOf(catalogue: Pick<Catalogue, 'of'>): Attribute[] {
  const labels = catalogue.of('gan').flatMap(({ manifest }) => manifest.attributes);
  return [...new Map(labels.map((title) => [nameOf(title), { name: nameOf(title), title }])).values()];
}

/** Edits by the model's own labels, whatever the case, dashes or spaces they were typed with. Throws invalid_request. */
export function labelled(asked: Readonly<Record<string, number>>, labels: readonly string[]): Record<string, number> {
  const known = new Map(labels.map((label) => [nameOf(label), label]));
  const edits: Record<string, number> = {};
  for (const [typed, amount] of Object.entries(asked)) {
    const label = known.get(nameOf(typed));
    if (label === undefined) throw unknown(typed, labels);
    edits[label] = (edits[label] ?? 0) + amount;
  }
  return edits;
}

function unknown(typed: string, labels: readonly string[]): AppError {
  if (labels.length === 0)
    return new AppError('invalid_request', 'This model for faces knows no attributes: leave them out.');
  const said = nameOf(typed);
  const far = (label: string) => distance(said, nameOf(label));
  const nearest = labels.reduce((best, label) => (far(label) < far(best) ? label : best));
  const guess = far(nearest) <= Math.max(2, Math.floor(said.length / 3)) ? ` Did you mean ${nearest}?` : '';
  return new AppError(
    'invalid_request',
    `This model knows no attribute called “${typed}”.${guess} It knows: ${labels.join(', ')}.`,
  );
}
