/** Several prompts for one picture, joined by `AND`, each with a weight: `a castle AND a storm :0.6`. Liu et al. 2022. */
export interface Subprompt {
  text: string;
  weight: number;
}

const AND = /\bAND\b/;
const WEIGHTED = /^([\s\S]*?)(?:\s*:\s*([-+]?(?:\d+\.?\d*|\.\d+)))?\s*$/;

export const parseComposition = (prompt: string): Subprompt[] =>
  prompt.split(AND).map((part) => {
    const [, text = part, weight = '1'] = WEIGHTED.exec(part) ?? [];
    return { text, weight: Number(weight) };
  });

export const printComposition = (parts: readonly Subprompt[]): string =>
  parts.map(({ text, weight }) => (weight === 1 ? text : `${text} :${weight}`)).join(' AND ');

/** The same done to the words of every part; weights stay behind them. */
export const mapComposition = (prompt: string, map: (text: string) => string): string =>
  printComposition(parseComposition(prompt).map(({ text, weight }) => ({ text: map(text.trim()), weight })));
