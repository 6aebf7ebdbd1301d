/** Adapters that a prompt names: `<lora:name:0.8>` as in A1111, and learned words as `<name>`. */
import { AppError } from '../../core/errors.ts';
import type { ModelRef, RecipeOf } from '../../core/recipe.ts';
import type { Catalogue } from '../catalogue.ts';
import { nearest } from '../planning/nearest.ts';
import { nameOf } from './files.ts';

export interface Mentions {
  /** Without what named a LoRA. */
  prompt: string;
  loras: { name: string; weight: number }[];
}

const LORA = /\s*<(?:lora|lyco):([^:<>]+)(?::([^:<>]*))?(?::[^<>]*)?>/gi; // what A1111 allows behind a second colon is its own

/** Takes LoRAs out of a prompt. Throws invalid_request for a weight that is none. */
export function takeLoras(prompt: string): Mentions {
  const loras: Mentions['loras'] = [];
  const rest = prompt.replace(LORA, (whole, name: string, weight: string | undefined) => {
    const value = weight === undefined ? 1 : Number(weight.trim() || Number.NaN);
    if (!Number.isFinite(value) || Math.abs(value) > MOST_WEIGHT)
      throw new AppError(
        'invalid_request',
        `${whole.trim()} has no usable weight. Write it like <lora:${name.trim()}:0.8>, with at most ${MOST_WEIGHT}.`,
      );
    loras.push({ name: nameOf(name), weight: value });
    return '';
  });
  return { prompt: rest.replace(/^\s*,\s*/, '').trim(), loras };
}

const MOST_WEIGHT = 10;

type Additions = Pick<RecipeOf<'imagine'>, 'adapters' | 'embeddings'>;

interface Planned {
  texts: string[];
  recipe: Additions;
  notes: string[];
}

type Installed = Pick<Catalogue, 'of' | 'problems'>;

/**
 * A recipe's prompts without LoRAs and with learned words marked, and what the recipe gets. A learned word may be
 * written bare, as in A1111, as `<name>` or as `embedding:name`. Throws invalid_request naming what is installed for a LoRA
 * or an `embedding:` that is not; any other `<word>` may be just a word.
 */
export function planAdditions({ catalogue }: { catalogue: Installed }, prompts: readonly string[]): Planned {
  const taken = prompts.map(takeLoras);
  const adapters = new Map<string, { model: ModelRef; weight: number }>();
  for (const { name, weight } of taken.flatMap(({ loras }) => loras)) {
    const model = find(catalogue, 'lora', name);
    const before = adapters.get(model.name)?.weight ?? 0;
    adapters.set(model.name, { model, weight: before + weight }); // named twice adds up, as in A1111
  }
  const added = [...adapters.values()].filter(({ weight }) => weight !== 0); // with 0 it is the recipe without it
  const used = new Map<string, ModelRef>();
  const texts = taken.map(({ prompt }) => markWords(catalogue, prompt, used));
  return {
    texts,
    recipe: {
      ...(added.length > 0 && { adapters: added }),
      ...(used.size > 0 && { embeddings: [...used.values()].map((model) => ({ model })) }),
    },
    notes: [
      ...strangeWords(catalogue, texts),
      ...[...adapters.values()].map(({ model, weight }) => `LoRA ${model.name} at ${weight}.`),
      ...[...used.keys()].map((name) => `${name} is a learned word (textual inversion).`),
    ],
  };
}

/** Writes every learned word of a text as `<name>`, and notes it. */
function markWords(catalogue: Installed, text: string, used: Map<string, ModelRef>): string {
  const words = catalogue.of('embedding').map(({ ref }) => ref);
  const mark = (model: ModelRef) => {
    used.set(model.name, model);
    return `<${model.name}>`;
  };
  const bare = text
    .replace(/<embedding:([^<>:]+)>|embedding:([\w.-]+)/gi, (_, marked?: string, comfy?: string) =>
      mark(find(catalogue, 'embedding', nameOf((marked ?? comfy)!))),
    )
    .replace(/<([a-z0-9][^<>:]*)>/gi, (whole, name: string) => {
      const broken = catalogue.problems.find((problem) => problem.name === nameOf(name));
      if (broken) throw broken.error;
      const model = words.find((word) => word.name === nameOf(name));
      return model ? mark(model) : whole;
    });
  return words.reduce((result, model) => {
    const pattern = new RegExp(`(?<![\\w<-])${literally(model.name)}(?![\\w>-])`, 'gi');
    return result.replace(pattern, () => mark(model));
  }, bare);
}

/** Where words have been learned, one in their brackets that is none of them was probably meant to be. */
function strangeWords(catalogue: Installed, texts: readonly string[]): string[] {
  const known = catalogue.of('embedding').map(({ ref }) => ref.name);
  if (known.length === 0) return [];
  const said = texts.flatMap((text) => [...text.matchAll(/<([a-z0-9][^<>:]*)>/gi)].map(([, name]) => name!));
  return [...new Set(said)]
    .filter((name) => !known.includes(nameOf(name)))
    .map(
      (name) =>
        `<${name}> is no learned word here, so it is read as it stands. Near: ${nearest(name, known).join(', ')}.`,
    );
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\-]/g, '\\$&');

function find(catalogue: Installed, kind: 'lora' | 'embedding', name: string): ModelRef {
  const installed = catalogue.of(kind).map(({ ref }) => ref);
  const found = installed.find((ref) => ref.name === name);
  if (found) return found;
  const problem = catalogue.problems.find((problem) => problem.name === name);
  if (problem) throw problem.error;
  const what = kind === 'lora' ? 'LoRA' : 'embedding';
  const near = nearest(
    name,
    installed.map((ref) => ref.name),
  );
  const where = `Its admin can put ${name}.safetensors into models/${kind}s.`;
  throw new AppError(
    'invalid_request',
    near.length > 0
      ? `There is no ${what} called ${name} here. Near: ${near.join(', ')}.`
      : `There is no ${what} called ${name} here, nor any other. ${where}`,
  );
}
