import type { Clock, Network } from '../network.ts';
import type { Condition } from './condition.ts';

export type { Condition };

import type { Tokenizer } from './tokenizer.ts';

export type EncodeText = (positive: string, negative: string, clock: Clock) => Promise<[Condition, Condition]>;

/** Always both prompts in one batch of two: a batch of one may take another kernel and differ in the last bit. */
export const createTextEncoder =
  (network: Network, tokenizer: Tokenizer): EncodeText =>
  async (positive, negative, clock) => {
    const tokens = tokenizer.room + 2;
    const ids = [positive, negative].flatMap((text) => tokenizer.encode(text));
    const results = await network.run({ [network.inputs[0]!.name]: { data: ids, dims: [2, tokens] } }, clock);
    const hidden = results.last_hidden_state ?? results[network.outputs[0]!.name]!;
    const condition = (i: number): Condition => {
      const data = hidden.slice((i * hidden.length) / 2, ((i + 1) * hidden.length) / 2);
      return { data, tokens, width: data.length / tokens };
    };
    return [condition(0), condition(1)];
  };
