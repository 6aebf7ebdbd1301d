/** Which pipeline gives a picture another manner, when a person says what they want and not how. */
import { distance } from '../../core/distance.ts';
import { AppError } from '../../core/errors.ts';
import type { RequestOf } from '../../core/request.ts';
import type { Catalogue, Installed } from '../catalogue.ts';
import type { ManifestOf } from '../manifest.ts';
import { brushesOf, findBrush, type InstalledBrush } from '../style/brushes.ts';

/** `why`: one plain sentence for the person. */
export type Route = { why: string } & (
  | { by: 'brush'; brush: InstalledBrush }
  | { by: 'adain'; model: Installed<ManifestOf<'adain'>> }
  | { by: 'gatys'; model: Installed<ManifestOf<'features'>> }
  | { by: 'words'; words: string }
);

type Asked = Pick<RequestOf<'stylize'>, 'brush' | 'styles' | 'words' | 'quality'>;
type Models = Pick<Catalogue, 'of'>;

/** When nobody names one. */
const DEFAULT_BRUSH = 'night-wind';

/** Throws invalid_request with what to change, model_missing with what the admin can do. */
export function route(catalogue: Models, { brush, styles, words, quality }: Asked): Route {
  const brushes = brushesOf(catalogue);
  if ([brush, styles, words].filter((named) => named !== undefined).length > 1)
    throw new AppError(
      'invalid_request',
      'A brush, other pictures and words are three ways to say what you want. Take one of them.',
    );
  if (styles) return likePictures(catalogue, styles.length, quality);
  if (words !== undefined) return inWords(catalogue, words, quality);
  const named = brush === undefined ? undefined : (findBrush(brushes, brush) ?? unknown(brush, brushes));
  if (quality === 'best') throw new AppError('invalid_request', wantsPictures(named));
  if (named) return { by: 'brush', brush: named, why: `${named.title} is a brush: one pass of its network.` };
  const usual = findBrush(brushes, DEFAULT_BRUSH) ?? brushes[0];
  if (!usual)
    throw new AppError('model_missing', 'No brush is installed here. Its admin can put one into the models folder.');
  const others = brushes.filter((brush) => brush !== usual).map(({ name }) => name);
  const more = others.length > 0 ? `; there are also ${others.join(', ')}` : '';
  return { by: 'brush', brush: usual, why: `No manner was named: the brush ${usual.title} it is${more}.` };
}

function likePictures(catalogue: Models, count: number, quality: Asked['quality']): Route {
  const given = count > 1 ? 'pictures' : 'a picture';
  const [adain] = catalogue.of('adain');
  const painter = catalogue.of('features').find(({ manifest }) => manifest.gatys);
  if (quality === 'best' && painter)
    return {
      ...{ by: 'gatys', model: painter },
      why: `You asked for the best: it is painted step by step until it is like the ${count > 1 ? 'pictures' : 'picture'} you gave (Gatys).`,
    };
  if (adain) {
    const instead = quality === 'best' ? ' The slower way is not installed here.' : '';
    return {
      ...{ by: 'adain', model: adain },
      why: `You gave ${given} to be like: the style is carried over in one pass (AdaIN).${instead}`,
    };
  }
  if (painter && quality === undefined)
    return {
      ...{ by: 'gatys', model: painter },
      why: `You gave ${given} to be like, and only the slow way is installed here: it is painted step by step (Gatys).`,
    };
  throw new AppError(
    'model_missing',
    'Nothing here can take the style of another picture. Name a brush, or ask the admin to install a model of kind adain.',
  );
}

function inWords(catalogue: Models, words: string, quality: Asked['quality']): Route {
  if (catalogue.of('diffusion').length === 0)
    throw new AppError(
      'model_missing',
      'Words need a text-to-image model, and none is installed here. Name a brush, or give a picture to be like.',
    );
  const idle = quality === undefined ? '' : ' The quality makes no difference there.';
  return { by: 'words', words, why: `You said it in words: the picture is painted anew from them (diffusion).${idle}` };
}

function unknown(asked: string, brushes: readonly InstalledBrush[]): never {
  const names = brushes.map(({ name }) => name);
  if (names.length === 0)
    throw new AppError('model_missing', 'No brush is installed here. Its admin can put one into the models folder.');
  const likely = names
    .map((name) => ({ name, letters: distance(name, asked) }))
    .sort((a, b) => a.letters - b.letters)[0]!;
  const meant = likely.letters <= Math.max(1, asked.length / 3) ? ` Did you mean ${likely.name}?` : '';
  throw new AppError('invalid_request', `There is no brush called ${asked}.${meant} There are: ${names.join(', ')}.`);
}

/** A brush has learnt its style: there is no picture of it to look at. */
const wantsPictures = (brush: InstalledBrush | undefined): string =>
  brush
    ? `The best quality follows a picture, and ${brush.title} is a brush, quick whatever it paints. Give a picture in the style you want, or leave the quality out.`
    : 'The best quality follows a picture: give one in the style you want.';
