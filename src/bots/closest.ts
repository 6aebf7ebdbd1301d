/** Finding what somebody meant among what there is. */
import { distance } from '../core/distance.ts';
import { AppError } from '../core/errors.ts';

export interface Named {
  name: string;
  title: string;
  /** What it is for, where it is not for anything. */
  note?: string | undefined;
}

/** Ours by name or title, however it is written: `Night wind`, `night_wind`, `brush-night-wind`. */
export const named = (known: readonly Named[], text: string): Named | undefined =>
  known.find(({ name, title }) => same(name, text) || same(title, text));

const same = (a: string, b: string) => plain(a) === plain(b);

const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/^brush-/, '')
    .replace(/[\s_-]+/g, ' ')
    .trim();

/** The one that was nearly typed. */
export function closest(known: readonly Named[], text: string): Named | undefined {
  const [best] = known
    .map((one) => ({
      one,
      letters: Math.min(distance(plain(one.name), plain(text)), distance(plain(one.title), plain(text))),
    }))
    .sort((a, b) => a.letters - b.letters);
  return best && best.letters <= Math.max(text.length > 3 ? 2 : 1, text.length / 3) ? best.one : undefined;
}

/** Ours, or invalid_request that says which one may have been meant, and which there are. `what`: brush, attribute. */
export function choose(known: readonly Named[], text: string, what: string): Named {
  const found = named(known, text);
  if (found) return found;
  const meant = closest(known, text);
  throw new AppError(
    'invalid_request',
    `There is no ${what} “${text.slice(0, 40)}”.${meant ? ` Did you mean “${meant.name}”?` : ''} ${
      known.length > 0 ? `There are: ${known.map(({ name }) => name).join(', ')}.` : `None is installed here.`
    }`,
  );
}
