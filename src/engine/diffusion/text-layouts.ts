/** How the answers of several text encoders are laid side by side, by family of models. */
import { concat } from '../tensor.ts';
import type { Condition } from './condition.ts';
import type { Family } from './family.ts';
import type { TowerRole } from './text-tower.ts';

/** What one text encoder says of one text. */
export interface Voice {
  role: TowerRole;
  /** [tokens, width] flat. */
  data: Float32Array;
  tokens: number;
  pooled: Float32Array | undefined;
}

type Block = Pick<Condition, 'data' | 'tokens' | 'width'>;

const isClip = ({ role }: Voice) => role !== 't5';
const block = ({ data, tokens }: Voice): Block => ({ data, tokens, width: data.length / tokens });
const single = ([voice]: readonly Voice[]): Condition => block(voice!);

/** `jointWidth` is that of the transformer's own attention, where it cannot be told from the voices. */
export const LAYOUTS = {
  sd1: single,
  sd2: single,
  /** Podell et al. 2023, section 2.2. */
  sdxl: (voices) => ({ ...abreast(voices), ...pooledOf(voices.slice(-1)) }),
  /** CLIP widened with zeros, then T5, or zeros where there is none. Esser et al. 2024, figure 2. */
  sd3: (voices, jointWidth) => {
    const clips = voices.filter(isClip);
    const near = abreast(clips);
    const t5 = voices.find((voice) => !isClip(voice));
    const tokens = near.tokens;
    const far = t5 ? block(t5) : { data: new Float32Array(tokens * jointWidth), tokens, width: jointWidth };
    return {
      data: concat([widened(near, far.width), far.data]),
      tokens: near.tokens + far.tokens,
      width: far.width,
      ...pooledOf(clips),
    };
  },
  flux: (voices) => ({ ...block(voices.find((voice) => !isClip(voice))!), ...pooledOf(voices.filter(isClip)) }),
} satisfies Record<Family, (voices: readonly Voice[], jointWidth: number) => Condition>;

const pooledOf = (voices: readonly Voice[]): { pooled?: Float32Array } =>
  voices.every(({ pooled }) => pooled) ? { pooled: concat(voices.map(({ pooled }) => pooled!)) } : {};

/** Every token has what all of them say of it, one after the other. */
function abreast(voices: readonly Voice[]): Block {
  const blocks = voices.map(block);
  const [tokens, width] = [blocks[0]!.tokens, blocks.reduce((sum, block) => sum + block.width, 0)];
  const data = new Float32Array(tokens * width);
  let at = 0;
  for (const one of blocks) {
    for (let t = 0; t < tokens; t++) data.set(one.data.subarray(t * one.width, (t + 1) * one.width), t * width + at);
    at += one.width;
  }
  return { data, tokens, width };
}

function widened({ data, tokens, width }: Block, to: number): Float32Array {
  const out = new Float32Array(tokens * to);
  for (let t = 0; t < tokens; t++) out.set(data.subarray(t * width, (t + 1) * width), t * to);
  return out;
}

/** A condition that says nothing at all. */
export const zeros = ({ data, tokens, width, pooled }: Condition): Condition => ({
  data: new Float32Array(data.length),
  ...{ tokens, width },
  ...(pooled && { pooled: new Float32Array(pooled.length) }),
});
