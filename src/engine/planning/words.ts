/** Prompts as the model is given them: braces, lists and styles resolved image by image, then the model's own vocabulary. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseComposition } from '../../core/composition.ts';
import { AppError } from '../../core/errors.ts';
import { parsePermutations } from '../../core/permutations.ts';
import type { RequestOf } from '../../core/request.ts';
import type { Installed } from '../catalogue.ts';
import { imageSeed, type NoiseRecipe } from '../diffusion/noise.ts';
import { fromCompel } from '../diffusion/prompt/compel-marks.ts';
import { readingsOf } from '../diffusion/prompt/readings.ts';
import { createChance, drawWords } from '../diffusion/prompt/wildcards.ts';
import type { ManifestOf } from '../manifest.ts';
import { createVocabulary, type Translation, VocabularyFile } from '../vocabulary.ts';
import { type Style, styled } from './style.ts';
import type { WordLists } from './word-lists.ts';

type Model = Installed<ManifestOf<'diffusion'>>;

export type Translate = (model: Model, prompt: string) => Translation;

/** Prompts into the words of models that know few. A vocabulary is read when its model is first asked for. */
export function createTranslations(): Translate {
  const vocabularies = new Map<string, (prompt: string) => Translation>();
  return ({ folder, manifest, ref }, prompt) => {
    if (!manifest.vocabulary) return { prompt, notes: [], understood: true };
    let vocabulary = vocabularies.get(ref.sha256);
    if (!vocabulary) {
      const text = readFileSync(join(folder, manifest.vocabulary.file), 'utf8');
      vocabulary = createVocabulary(VocabularyFile.parse(JSON.parse(text)));
      vocabularies.set(ref.sha256, vocabulary);
    }
    return vocabulary(prompt);
  };
}

export interface Pair {
  prompt: string;
  negativePrompt: string;
}

export interface Worded extends Pair {
  notes: string[];
  /** What it may come to say, before the model's vocabulary: for moderation. */
  reading: Pair;
}

export interface WordingDeps {
  translate: Translate;
  wordLists: WordLists;
}

/** Image `index`'s words. The same seed draws the same, whatever the image's number. */
export function createWording(
  { translate, wordLists }: WordingDeps,
  model: Model,
  request: Pick<RequestOf<'imagine'>, 'style' | 'weighting'> & NoiseRecipe,
): (typed: Pair, index: number) => Worded {
  const style = request.style?.trim() ? wordLists.style(request.style) : undefined;
  return (typed, index) => {
    const seed = imageSeed(request, index);
    const read = request.weighting === 'compel' ? fromCompel : (text: string) => text;
    const draw = (text: string, purpose: string) =>
      read(drawWords(parsePermutations(text).at(index), wordLists.list, createChance(seed, purpose)));
    const said = { prompt: draw(typed.prompt, 'prompt'), negativePrompt: draw(typed.negativePrompt, 'negative') };
    const template = style && {
      ...style,
      prompt: draw(style.prompt, 'style'),
      negative: draw(style.negative, 'style negative'),
    };
    checkParts(said.prompt);
    const meant = template ? styled(template, said) : said;
    const reading = {
      prompt: readingsOf(meant.prompt).join('\n'),
      negativePrompt: readingsOf(meant.negativePrompt).join('\n'),
    };
    if (!model.manifest.vocabulary) return { ...meant, notes: [], reading };

    const prompt = translate(model, said.prompt);
    const negative = said.negativePrompt && translate(model, said.negativePrompt).prompt;
    const own = { prompt: prompt.prompt, negativePrompt: negative };
    if (!template) return { ...own, notes: prompt.notes, reading };
    const known = translatedStyle(template, (text) => translate(model, text));
    const notes = known
      ? prompt.notes
      : [
          ...prompt.notes,
          `The built-in model knows none of the words of the style ${template.title}, so it changes nothing.`,
        ];
    return { ...(known ? styled(known, own) : own), notes, reading };
  };
}

const MOST_PARTS = 8;

/** Each part of a prompt is a pass of the network at every step. */
function checkParts(prompt: string): void {
  const parts = parseComposition(prompt).length;
  if (parts > MOST_PARTS)
    throw new AppError('invalid_request', `AND joins ${parts} prompts here; the most is ${MOST_PARTS}.`);
}

/** What a model of few words understands of a style; undefined if nothing. */
function translatedStyle(style: Style, translate: (text: string) => Translation): Style | undefined {
  const known = (text: string) => {
    const { prompt, understood } = translate(text);
    return understood ? prompt : '';
  };
  const parts = style.prompt.split('{prompt}').map(known);
  const negative = known(style.negative);
  if (!negative && parts.every((part) => part === '')) return undefined;
  const [before = '', ...after] = parts;
  return { ...style, prompt: [before, '{prompt}', ...after].filter((part) => part !== '').join(', '), negative };
}

/** How many images the braces of a prompt ask for, and what to say where it is more than are made. */
export function countOf(
  { prompt, count, walk }: RequestOf<'imagine'>,
  most: number,
): { count: number; notes: string[] } {
  const { count: ways } = parsePermutations(prompt);
  if (walk || ways === 1) return { count, notes: [] };
  const made = count > 1 ? count : Math.min(ways, most);
  if (ways <= made) return { count: made, notes: [] };
  return { count: made, notes: [`The braces stand for ${ways} prompts; these are the first ${made}.`] };
}
