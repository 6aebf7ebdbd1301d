/** The operator's words: MODELS_DIR/words/styles.json and MODELS_DIR/words/wildcards/*.txt. Read anew each time they are used. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { Lists } from '../diffusion/prompt/wildcards.ts';
import { nearest } from './nearest.ts';
import { Style } from './style.ts';

const StylesFile = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and dashes'),
  Style,
);

export interface WordLists {
  /** Throws AppError bad_config when the file cannot be read. */
  styles(): { name: string; title: string }[];
  /** By name or title, in any case. Throws AppError with names like it. */
  style(asked: string): Style;
  list: Lists;
}

export function openWordLists(modelsFolder: string): WordLists {
  const folder = join(modelsFolder, 'words');
  const styles = () => readStyles(join(folder, 'styles.json'));
  const names = () => wildcardNames(join(folder, 'wildcards'));
  return {
    styles: () => Object.entries(styles()).map(([name, { title }]) => ({ name, title })),
    style(asked) {
      const all = styles();
      const wanted = asked.trim().toLowerCase();
      const found = Object.entries(all).find(([name, { title }]) => name === wanted || title.toLowerCase() === wanted);
      if (found) return found[1];
      throw unknown('style', asked, Object.keys(all), 'Put a styles.json into the folder words beside the models.');
    },
    list(name) {
      const file = names().find((known) => known.toLowerCase() === name.toLowerCase());
      if (file === undefined)
        throw unknown(
          'list of words',
          `__${name}__`,
          names().map((known) => `__${known}__`),
          'Put text files into the folder words/wildcards beside the models.',
        );
      return linesOf(join(folder, 'wildcards', `${file}.txt`));
    },
  };
}

function unknown(what: string, asked: string, names: readonly string[], remedy: string): AppError {
  const near = nearest(asked, names);
  const help = near.length > 0 ? `Perhaps one of these: ${near.join(', ')}.` : `There is none at all. ${remedy}`;
  return new AppError('invalid_request', `There is no ${what} called ${asked}. ${help}`);
}

function readStyles(file: string): Record<string, Style> {
  const text = readOptional(file);
  if (text === undefined) return {};
  try {
    return StylesFile.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new AppError('bad_config', `${file} cannot be read:\n${why}`, { cause });
  }
}

/** Without `.txt`; those of sub-folders as `folder/name`. */
function wildcardNames(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.txt'))
      .map((path) => path.slice(0, -'.txt'.length).replaceAll('\\', '/'))
      .sort();
  } catch {
    return [];
  }
}

/** One entry a line; empty lines and those that begin with # are not. */
function linesOf(file: string): string[] {
  const lines = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim());
  return lines.filter((line) => line && !line.startsWith('#'));
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** For engines that run without any. */
export const NO_WORD_LISTS: WordLists = openWordLists('/nowhere');
