/** What a prompt says at every step of a run. */
import { parseComposition, type Subprompt } from '../../../core/composition.ts';
import { parseEditing, type Run } from './editing.ts';

/** One list of prompts for every step; only `AND` makes it longer than one. */
export type Script = readonly (readonly Subprompt[])[];

export function scriptOf(prompt: string, run: Run): Script {
  return written(parseComposition(prompt), run);
}

/** Of a negative prompt, in which `AND` is a word. */
export const negativeScriptOf = (prompt: string, run: Run): Script => written([{ text: prompt, weight: 1 }], run);

function written(parts: readonly Subprompt[], run: Run): Script {
  const voices = parts.map(({ text, weight }) => ({ at: parseEditing(text, run), weight }));
  return Array.from({ length: run.steps }, (_, step) => voices.map(({ at, weight }) => ({ text: at(step), weight })));
}

/** Every text that is encoded for it, each once. */
export const textsOf = (script: Script): string[] => [...new Set(script.flat().map(({ text }) => text))];
