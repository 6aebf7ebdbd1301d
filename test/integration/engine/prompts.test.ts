/** Prompts through real text encoders: the built-in one, and a small one with inner layers written for the purpose. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Weighting } from '../../../src/core/request.ts';
import { openDevice } from '../../../src/engine/device.ts';
import type { PromptPlan } from '../../../src/engine/diffusion/condition.ts';
import { applyLayerNorm } from '../../../src/engine/diffusion/final-norm.ts';
import { createPromptEncoder, type EncodePrompts } from '../../../src/engine/diffusion/prompt-encoder.ts';
import type { TextTower } from '../../../src/engine/diffusion/text-tower.ts';
import { loadTokenizer } from '../../../src/engine/diffusion/tokenizer.ts';
import { type Network, openNetwork } from '../../../src/engine/network.ts';
import { createGraph } from '../../../src/engine/onnx/builder.ts';
import { float } from '../../../src/engine/onnx/node.ts';
import { createGenerator } from '../../../src/engine/random.ts';
import { createTurns } from '../../../src/engine/sharing/turns.ts';
import { DEFAULT_MODEL, log, MODELS_DIR } from './an-engine.ts';

const folder = join(MODELS_DIR, DEFAULT_MODEL);
const limits = { fewest: 2, most: 16 };
const turns = createTurns();
const clock = { runMs: 0 };
const steps = 10;
let tower: TextTower;
let runs = 0;
beforeAll(async () => {
  const device = await openDevice({ log }, 'cpu');
  const network = await openNetwork(device, join(folder, 'text_encoder/model.onnx'));
  const counted: Network = {
    ...network,
    run: (...what) => {
      runs++;
      return network.run(...what);
    },
  };
  tower = { role: 'clip', network: counted, tokenizer: await loadTokenizer(join(folder, 'tokenizer')) };
});
afterAll(() => tower.network.release());

const fresh = () => createPromptEncoder({ towers: [tower], family: 'sd1', turns, limits, model: 'stickers' });
const say = async (
  prompt: string,
  { encode = fresh(), negativePrompt = '', weighting = 'a1111' as Weighting } = {},
) => {
  const [plans] = await encode([{ prompt, negativePrompt }], { steps, weighting }, clock);
  return plans!;
};
const at = (plan: PromptPlan, step: number) => plan.at(step / steps)[0]!.condition;
const bytes = (plan: PromptPlan) =>
  Array.from({ length: steps }, (_, step) => createHash('sha256').update(at(plan, step).data).digest('hex'));

describe('the built-in model', () => {
  it('a plain prompt is what the encoder says of its ids', async () => {
    const { positive, negative } = await say('two red apples', { negativePrompt: 'a cat' });
    const ids = ['two red apples', 'a cat'].flatMap((text) => tower.tokenizer.encode(text));
    const { last_hidden_state: all } = await tower.network.run({ input_ids: { data: ids, dims: [2, 24] } }, clock);
    expect(at(positive, 0).data).toEqual(all!.slice(0, all!.length / 2));
    expect(at(negative, 0).data).toEqual(all!.slice(all!.length / 2));
    expect(at(positive, 0)).toBe(at(positive, 9));
  });

  it.each(['a1111', 'compel', 'comfy', 'none'] as const)(
    '%s: a weight of 1 changes nothing, another does',
    async (weighting) => {
      const plain = await say('two red apples', { weighting });
      expect(bytes((await say('two (red:1.0) apples', { weighting })).positive)).toEqual(bytes(plain.positive));
      const heavy = bytes((await say('two (red:1.4) apples', { weighting })).positive);
      if (weighting === 'none') expect(heavy).toEqual(bytes(plain.positive));
      else expect(heavy).not.toEqual(bytes(plain.positive));
    },
  );

  it('a long prompt loses nothing: two rows, and the empty negative has two as well', async () => {
    const words =
      'a red cat, a blue dog, a green bird, a yellow fish, a purple owl, a pink pig, an orange fox, a gray bear';
    expect(tower.tokenizer.tokens(words).length).toBeGreaterThan(22);
    const { positive, negative } = await say(words);
    expect([at(positive, 0).tokens, at(negative, 0).tokens]).toEqual([48, 48]);
    const other = await say(words.replace('gray bear', 'black sheep'));
    expect(at(other.positive, 0).data).not.toEqual(at(positive, 0).data);
    const { data } = at(negative, 0);
    expect(data.slice(0, data.length / 2)).toEqual(data.slice(data.length / 2));
  });

  it('edits at its step, and alternates; between equals there is nothing to change', async () => {
    const encode = fresh();
    const [cat, dog] = [
      bytes((await say('a cat', { encode })).positive),
      bytes((await say('a dog', { encode })).positive),
    ];
    const edited = bytes((await say('a [cat:dog:0.3]', { encode })).positive);
    expect(edited).toEqual([...cat.slice(0, 3), ...dog.slice(3)]);
    const turns = bytes((await say('a [cat|dog]', { encode })).positive);
    expect(turns).toEqual(cat.map((one, i) => (i % 2 ? dog[i] : one)));
    expect(bytes((await say('a [cat|cat]', { encode })).positive)).toEqual(cat);
  });

  it('AND makes several conditions with weights; one of them is a plain prompt', async () => {
    const { positive, negative } = await say('a cat :0.7 AND a dog', { negativePrompt: 'red AND blue' });
    expect(positive.at(0).map(({ weight }) => weight)).toEqual([0.7, 1]);
    expect(at(positive, 0).data).toEqual(at((await say('a cat')).positive, 0).data);
    expect(negative.at(0)).toHaveLength(1);
  });

  it('remembers: the same bytes again without asking the encoder', async () => {
    const encode = fresh();
    const first = bytes((await say('a (cat:1.3)', { encode })).positive);
    const before = runs;
    expect(bytes((await say('a (cat:1.3)', { encode })).positive)).toEqual(first);
    expect(bytes((await say('a (cat:1.3)')).positive)).toEqual(first);
    expect(runs).toBe(before + 1); // the second time by another encoder
  });

  it('encodes the prompts of all jobs that wait in one call, each as it is alone', async () => {
    const pairs = ['a cat', 'two dogs', 'a [fox|bear]'].map((prompt) => ({ prompt, negativePrompt: 'a bird' }));
    const before = runs;
    const encode = fresh();
    const [together] = await Promise.all([
      encode(pairs, { steps }, clock),
      encode([{ prompt: 'a green pear', negativePrompt: '' }], { steps }, { runMs: 0 }),
    ]);
    expect(runs).toBe(before + 1);
    for (const [i, { prompt, negativePrompt }] of pairs.entries()) {
      const alone = await say(prompt, { negativePrompt });
      expect(bytes(together[i]!.positive)).toEqual(bytes(alone.positive));
      expect(bytes(together[i]!.negative)).toEqual(bytes(alone.negative));
    }
  });

  it('makes prompts of one length where they are to be blended', async () => {
    const pairs = [
      { prompt: 'a cat', negativePrompt: '' },
      { prompt: 'a cat BREAK a dog', negativePrompt: '' },
    ];
    const lengths = async (alike: boolean) =>
      (await fresh()(pairs, { steps, alike }, clock)).map(({ positive }) => at(positive, 0).tokens);
    expect([await lengths(false), await lengths(true)]).toEqual([
      [24, 48],
      [48, 48],
    ]);
  });

  it('says what to do about clip skip, which its encoder was not exported for', async () => {
    const skipped = fresh()([{ prompt: 'a cat', negativePrompt: '' }], { steps, clipSkip: 2 }, clock);
    await expect(skipped).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('hidden states'),
    });
  });
});

/** Three layers of width 8 over the built-in tokenizer's ids, then a layer norm; its outputs are named as optimum does. */
async function small(
  seed: number,
  pooled?: 'text_embeds' | 'pooler_output',
  width = 8,
): Promise<{ tower: TextTower; norm: Parameters<typeof applyLayerNorm>[1] }> {
  const words = 3514;
  const random = createGenerator(seed);
  const g = createGraph();
  g.input('input_ids', 'int64', ['batch', 'sequence']);
  let x = g.node(
    'Gather',
    [g.weight('words', [words, width], random.randn(words * width)), 'input_ids'],
    'hidden_states.0',
  );
  for (const layer of [1, 2, 3]) {
    const w = g.weight(
      `w${layer}`,
      [width, width],
      random.randn(width * width).map((v) => v / 3),
    );
    x = g.node(
      'Add',
      [x, g.node('Tanh', [g.node('MatMul', [x, w], `m${layer}`)], `t${layer}`)],
      `hidden_states.${layer}`,
    );
  }
  const [gain, bias] = [random.randn(width).map((v) => 1 + v / 4), random.randn(width)];
  const norm = [g.weight('gain', [width], gain), g.weight('bias', [width], bias)];
  g.node('LayerNormalization', [x, ...norm], 'last_hidden_state', { axis: -1, epsilon: float(1e-5) });
  for (const name of ['hidden_states.0', 'hidden_states.1', 'hidden_states.2', 'hidden_states.3', 'last_hidden_state'])
    g.output(name, 'float32', ['batch', 'sequence', width]);
  if (pooled) {
    g.node('ReduceMax', ['last_hidden_state'], pooled, { axes: [1], keepdims: 0 });
    g.output(pooled, 'float32', ['batch', width]);
  }
  const network = await openNetwork(await openDevice({ log }, 'cpu'), {
    model: g.bytes(),
    folder,
    dispose: async () => {},
  });
  const role = pooled === 'text_embeds' ? 'clip-projection' : 'clip';
  return {
    tower: { role, network, tokenizer: tower.tokenizer },
    norm: { gain: Float64Array.from(gain), bias: Float64Array.from(bias) },
  };
}

describe('inner layers', () => {
  const prompt = 'two red apples';
  const raw = async ({ network, tokenizer }: TextTower) =>
    network.run({ input_ids: { data: [...tokenizer.encode(prompt), ...tokenizer.encode('')], dims: [2, 24] } }, clock);
  const first = (both: Float32Array) => both.slice(0, both.length / 2);
  const ask = async (encode: EncodePrompts, clipSkip: number, negativePrompt = '') =>
    (await encode([{ prompt, negativePrompt }], { steps, clipSkip }, clock))[0]!;

  it('clip skip counts from the last layer, which is 1, and ends in the final norm', async () => {
    const { tower, norm } = await small(1);
    const encode = createPromptEncoder({ towers: [tower], family: 'sd1', turns, limits, model: 'm' });
    const outputs = await raw(tower);
    expect(at((await ask(encode, 1)).positive, 0).data).toEqual(first(outputs.last_hidden_state!));
    for (const skip of [2, 3]) {
      const want = applyLayerNorm(first(outputs[`hidden_states.${4 - skip}`]!), norm);
      const got = at((await ask(encode, skip)).positive, 0).data;
      for (const i of got.keys()) expect(got[i]).toBeCloseTo(want[i]!, 4);
    }
    await expect(ask(encode, 4)).rejects.toMatchObject({ message: expect.stringContaining('1 to 3') });
    await tower.network.release();
  });

  it('SDXL takes the layer before the last of both towers side by side, and the pooled vector of the second', async () => {
    const [one, two] = [(await small(1)).tower, (await small(2, 'text_embeds')).tower];
    const encode = createPromptEncoder({
      towers: [one, two],
      family: 'sdxl',
      turns,
      limits,
      model: 'm',
      zeroEmpty: true,
    });
    const [a, b] = [await raw(one), await raw(two)];
    const { positive, negative } = await ask(encode, 1);
    const condition = at(positive, 0);
    expect([condition.tokens, condition.width]).toEqual([24, 16]);
    expect(condition.data.slice(16, 24)).toEqual(a['hidden_states.2']!.slice(8, 16));
    expect(condition.data.slice(24, 32)).toEqual(b['hidden_states.2']!.slice(8, 16));
    expect(condition.pooled).toEqual(first(b.text_embeds!));
    expect(at((await ask(encode, 2)).positive, 0).data.slice(0, 8)).toEqual(a['hidden_states.1']!.slice(0, 8));

    const zero = at(negative, 0);
    expect([zero.tokens, zero.width, zero.pooled?.length]).toEqual([24, 16, 8]);
    expect([...zero.data, ...zero.pooled!].every((v) => v === 0)).toBe(true);
    expect(at((await ask(encode, 1, 'a cat')).negative, 0).data.some((v) => v !== 0)).toBe(true);
    await Promise.all([one, two].map(({ network }) => network.release()));
  });

  it('SD3 and FLUX lay T5 behind CLIP, or take its words alone', async () => {
    const [one, two] = [(await small(1, 'text_embeds')).tower, (await small(2, 'text_embeds')).tower];
    const t5: TextTower = { ...(await small(3, undefined, 20)).tower, role: 't5' };
    const [a, b, c] = [await raw(one), await raw(two), await raw(t5)];
    const sd3 = createPromptEncoder({ towers: [one, two, t5], family: 'sd3', turns, limits, model: 'm' });
    const without = createPromptEncoder({
      towers: [one, two],
      family: 'sd3',
      turns,
      limits,
      model: 'm',
      jointWidth: 20,
    });
    for (const [encode, far] of [
      [sd3, first(c.last_hidden_state!)],
      [without, new Float32Array(24 * 20)],
    ] as const) {
      const condition = at((await ask(encode, 1)).positive, 0);
      expect([condition.tokens, condition.width]).toEqual([48, 20]);
      expect(condition.data.slice(20, 28)).toEqual(a['hidden_states.2']!.slice(8, 16));
      expect(condition.data.slice(28, 36)).toEqual(b['hidden_states.2']!.slice(8, 16));
      expect(condition.data.slice(36, 40)).toEqual(new Float32Array(4));
      expect(condition.data.slice(24 * 20)).toEqual(far);
      expect(condition.pooled).toEqual(Float32Array.of(...first(a.text_embeds!), ...first(b.text_embeds!)));
    }

    const clip = (await small(4, 'pooler_output')).tower;
    const flux = createPromptEncoder({ towers: [clip, t5], family: 'flux', turns, limits, model: 'm' });
    const condition = at((await ask(flux, 1)).positive, 0);
    expect(condition.data).toEqual(first(c.last_hidden_state!));
    expect(condition.pooled).toEqual(first((await raw(clip)).pooler_output!));
    await Promise.all([one, two, t5, clip].map(({ network }) => network.release()));
  });
});
