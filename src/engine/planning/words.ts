/** Prompts as the model is given them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installed } from '../catalogue.ts';
import type { ManifestOf } from '../manifest.ts';
import { createVocabulary, type Translation, VocabularyFile } from '../vocabulary.ts';

export type Translate = (model: Installed<ManifestOf<'diffusion'>>, prompt: string) => Translation;

/** Prompts into the words of models that know few. A vocabulary is read when its model is first asked for. */
export function createTranslations(): Translate {
  const vocabularies = new Map<string, (prompt: string) => Translation>();
  return ({ folder, manifest, ref }, prompt) => {
    if (!manifest.vocabulary) return { prompt, notes: [] };
    let vocabulary = vocabularies.get(ref.sha256);
    if (!vocabulary) {
      const text = readFileSync(join(folder, manifest.vocabulary.file), 'utf8');
      vocabulary = createVocabulary(VocabularyFile.parse(JSON.parse(text)));
      vocabularies.set(ref.sha256, vocabulary);
    }
    return vocabulary(prompt);
  };
}
