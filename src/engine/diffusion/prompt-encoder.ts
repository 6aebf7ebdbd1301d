/** Prompts to conditions: parsed, cut into chunks, encoded by every tower, weighted, and laid side by side. */
import type { Weighting } from '../../core/request.ts';
import type { Clock } from '../network.ts';
import type { Turns } from '../sharing/turns.ts';
import { concat } from '../tensor.ts';
import type { RowLimits } from './batcher.ts';
import type { Condition, PromptPlan, PromptPlans } from './condition.ts';
import type { Family } from './family.ts';
import { type Chunk, chunksOf, emptyChunk } from './prompt/chunks.ts';
import { parseEmphasis } from './prompt/emphasis.ts';
import { negativeScriptOf, type Script, scriptOf, textsOf } from './prompt/script.ts';
import { mixed, SCHEMES, weighted } from './prompt/weighting.ts';
import { LAYOUTS, type Voice, zeros } from './text-layouts.ts';
import type { TextTower } from './text-tower.ts';
import { layerOf } from './tower-layers.ts';
import { createTowerRows, type LookUp } from './tower-rows.ts';

export interface PromptPair {
  prompt: string;
  negativePrompt: string;
}

export interface TextOptions {
  /** Of the run that `PromptPlan.at` is asked about. */
  steps: number;
  /** As Automatic1111 counts: 1 is the model's own layer. */
  clipSkip?: number | undefined;
  /** Absent: a1111. */
  weighting?: Weighting | undefined;
  /** Steps of the pass before this one, in a second pass. */
  earlier?: number | undefined;
  /** All pairs get as many tokens, so that one may be blended into another. */
  alike?: boolean | undefined;
}

/** One pair for every image; what is equal among them is encoded once. */
export type EncodePrompts = (
  pairs: readonly PromptPair[],
  options: TextOptions,
  clock: Clock,
) => Promise<PromptPlans[]>;

interface Deps {
  towers: readonly TextTower[];
  turns: Pick<Turns, 'share'>;
  family: Family;
  limits: RowLimits;
  /** The model's name, for errors. */
  model: string;
  /** SDXL: a negative prompt of no words is zeros instead of being encoded. */
  zeroEmpty?: boolean | undefined;
  /** Width that SD3's transformer attends to, for when its T5 is left out. */
  jointWidth?: number | undefined;
  /** For remembered rows, over all towers. */
  budgetBytes?: number;
}

const BUDGET = 64 * 2 ** 20;

/** One text as one tower is given it: the prompt itself first, then what the weighting compares it with. */
type Versions = { chunks: Chunk[]; share: number }[];

export function createPromptEncoder(deps: Deps): EncodePrompts {
  const { towers, turns, family, limits, model, zeroEmpty = false, jointWidth = 4096, budgetBytes = BUDGET } = deps;
  const encoders = towers.map((tower) => ({
    tower,
    empty: emptyChunk(tower.tokenizer),
    encode: createTowerRows({ tower, turns, limits, budgetBytes: budgetBytes / towers.length, model }),
  }));

  return async (pairs, options, clock) => {
    const { steps, clipSkip = 1, weighting = 'a1111', earlier, alike = false } = options;
    const scripts = pairs.map(({ prompt, negativePrompt }) => ({
      positive: scriptOf(prompt, { steps, earlier }),
      negative: negativeScriptOf(negativePrompt, { steps, earlier }),
    }));

    const versionsOf = (text: string, tower: TextTower): Versions => {
      const pieces = parseEmphasis(text);
      const versions = [{ pieces, share: 1 }, ...SCHEMES[weighting].reduced(pieces)];
      return versions.map(({ pieces, share }) => ({ chunks: chunksOf(pieces, tower.tokenizer), share }));
    };
    const texts = [...new Set(scripts.flatMap(({ positive, negative }) => [positive, negative].flatMap(textsOf)))];
    const voices = await Promise.all(
      encoders.map(async ({ tower, empty, encode }) => {
        const versions = new Map(texts.map((text) => [text, versionsOf(text, tower)]));
        const chunks = [empty, ...[...versions.values()].flat().flatMap((version) => version.chunks)];
        const layer = layerOf(tower, family, clipSkip, model);
        const look = await encode(
          chunks.map(({ ids }) => ids),
          layer,
          clock,
        );
        const most = (text: string) => Math.max(...versions.get(text)!.map((version) => version.chunks.length));
        return { role: tower.role, versions, empty, look, most };
      }),
    );

    const speak = (text: string, count: number): Voice[] =>
      voices.map(({ role, versions, empty, look }) => {
        const said = versions.get(text)!;
        const length = role === 't5' ? 1 : count;
        const data = mixed(
          said.map(({ chunks, share }) => ({
            data: concat(
              Array.from({ length }, (_, i) => weighted(weighting, chunks[i] ?? empty, hiddenOf(look), empty)),
            ),
            share,
          })),
        );
        const [first] = said[0]!.chunks;
        return { role, data, tokens: length * first!.ids.length, pooled: look(first!.ids).pooled };
      });

    const conditions = new Map<string, Condition>();
    const conditionOf = (text: string, count: number, zeroed: boolean): Condition => {
      const key = `${count} ${zeroed} ${text}`;
      const known = conditions.get(key);
      if (known) return known;
      const spoken = LAYOUTS[family](speak(text, count), jointWidth);
      const condition = zeroed ? zeros(spoken) : spoken;
      conditions.set(key, condition);
      return condition;
    };
    const planOf = (script: Script, count: number, zeroed = false): PromptPlan => {
      const parts = script.map((step) =>
        step.map(({ text, weight }) => ({ condition: conditionOf(text, count, zeroed), weight })),
      );
      return { at: (share) => parts[Math.min(parts.length - 1, Math.floor(share * parts.length + 1e-6))]! };
    };

    const counts = scripts.map(({ positive, negative }) =>
      Math.max(...[positive, negative].flatMap(textsOf).flatMap((text) => voices.map(({ most }) => most(text)))),
    );
    return scripts.map(({ positive, negative }, i) => {
      const count = alike ? Math.max(...counts) : counts[i]!;
      const zeroed = zeroEmpty && family === 'sdxl' && pairs[i]!.negativePrompt.trim() === '';
      return { positive: planOf(positive, count), negative: planOf(negative, count, zeroed) };
    });
  };
}

const hiddenOf = (look: LookUp) => (ids: readonly number[]) => look(ids).hidden;
