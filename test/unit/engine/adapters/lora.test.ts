/** LoRA files of every trainer's naming, merged into ONNX weights. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../../src/core/log.ts';
import { modify, NO_ADDITIONS, refuseStrangers } from '../../../../src/engine/adapters/additions.ts';
import { openDevice } from '../../../../src/engine/device.ts';
import { openNetwork } from '../../../../src/engine/network.ts';
import { exchangeWeights, type NetworkSource, openGraph } from '../../../../src/engine/onnx/edit.ts';
import { externalInitializer, type Initializer } from '../../../../src/engine/onnx/initializer.ts';
import { writeModel } from '../../../../src/engine/onnx/model.ts';
import { readWeight } from '../../../../src/engine/onnx/weights.ts';
import { join as joinBytes } from '../../../../src/engine/onnx/wire.ts';
import { aFolder, aNetwork, aSafetensors, type Entries, numbers, weightOf } from './adapter-files.ts';

const RANK = 2;
const CONV = 'down_blocks.0.conv';
const QUERY = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q';
const TIME = 'time_embedding.linear_1';
const halves = {
  [CONV]: { down: numbers(11, RANK, 4, 3, 3), up: numbers(12, 5, RANK, 1, 1) },
  [QUERY]: { down: numbers(13, RANK, 5), up: numbers(14, 6, RANK) },
  [TIME]: { down: numbers(15, RANK, 6), up: numbers(16, 6, RANK) },
};
const alpha = { shape: [], data: Float32Array.of(1) };

type Naming = (path: string) => { down: string; up: string; alpha: string };
const namings: Record<string, Naming> = {
  kohya: (path) => {
    const base = `lora_unet_${path.replaceAll('.', '_')}`;
    return { down: `${base}.lora_down.weight`, up: `${base}.lora_up.weight`, alpha: `${base}.alpha` };
  },
  peft: (path) => ({
    down: `unet.${path}.lora_A.weight`,
    up: `unet.${path}.lora_B.weight`,
    alpha: `unet.${path}.alpha`,
  }),
  'diffusers, older': (path) => ({
    down: `unet.${path}.lora.down.weight`,
    up: `unet.${path}.lora.up.weight`,
    alpha: `unet.${path}.alpha`,
  }),
  'diffusers, processors': (path) => {
    if (path !== QUERY) return namings.peft!(path);
    const half = (name: string) => path.replace('to_q', `processor.to_q_lora.${name}.weight`); // no word of a U-Net
    return { down: half('down'), up: half('up'), alpha: `${path}.alpha` };
  },
};

const aLora = (naming: Naming, paths = Object.keys(halves) as (keyof typeof halves)[]) =>
  aSafetensors(
    Object.fromEntries(
      paths.flatMap((path) => {
        const names = naming(path);
        return [
          [names.down, halves[path].down],
          [names.up, halves[path].up],
          [names.alpha, alpha],
        ];
      }),
    ) as Entries,
  );

const adding = (file: string, weight = 1) => ({ ...NO_ADDITIONS, adapters: [{ name: 'a', file, weight }] });
const modelOf = async (network: string, additions: Parameters<typeof modify>[2]) =>
  bytesOf((await modify(network, 'unet', additions)).source);
const bytesOf = (source: NetworkSource) => (typeof source === 'string' ? readFileSync(source) : source.model);

/** weight · α/rank · up · down, [out, in × kernel]. */
function product(path: keyof typeof halves, weight: number): number[] {
  const { down, up } = halves[path];
  const columns = down.data.length / RANK;
  return Array.from({ length: (up.data.length / RANK) * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let r = 0; r < RANK; r++) sum += up.data[row * RANK + r]! * down.data[r * columns + column]!;
    return (sum * weight) / RANK;
  });
}
const difference = (a: Float32Array, b: Float32Array) => Array.from(a, (v, i) => v - b[i]!);
const close = (got: number[], want: number[]) => {
  expect(got).toHaveLength(want.length);
  for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 5);
};

describe('a LoRA', () => {
  it('adds weight · α/r · up · down to a convolution, a folded linear layer and a Gemm', async () => {
    const network = aNetwork();
    const [before, after] = [readFileSync(network), await modelOf(network, adding(aLora(namings.kohya!), 0.8))];
    const changed = (name: string) => difference(weightOf(after, name), weightOf(before, name));
    close(changed(`${CONV}.weight`), product(CONV, 0.8));
    close(changed(`${TIME}.weight`), product(TIME, 0.8));
    const query = product(QUERY, 0.8); // [6, 5]; the graph has [5, 6]
    close(
      changed('onnx::MatMul_12'),
      Array.from({ length: 30 }, (_, i) => query[(i % 6) * 5 + Math.floor(i / 6)]!),
    );
  });

  it.each(Object.keys(namings))('is the same whoever named it: %s', async (naming) => {
    const network = aNetwork();
    const one = await modelOf(network, adding(aLora(namings.kohya!)));
    const other = await modelOf(network, adding(aLora(namings[naming]!)));
    expect(Buffer.from(other).equals(Buffer.from(one))).toBe(true);
  });

  it('with weight 0, or for another part, leaves the model’s own file', async () => {
    const network = aNetwork();
    expect(await modify(network, 'unet', adding(aLora(namings.kohya!), 0))).toEqual({
      source: network,
      tokens: new Map(),
    });
    expect((await modify(network, 'text_encoder', adding(aLora(namings.kohya!)))).source).toBe(network);
  });

  it('leaves every other byte of the graph alone', async () => {
    const network = aNetwork();
    const before = readFileSync(network);
    const after = Buffer.from(await modelOf(network, adding(aLora(namings.kohya!, [CONV]), 2)));
    expect(after.length).toBe(before.length);
    const differing = [...before.keys()].filter((i) => before[i] !== after[i]);
    expect(differing.length).toBeGreaterThan(0);
    expect(differing.at(-1)! - differing[0]!).toBeLessThan(5 * 4 * 9 * 4);
    expect(readFileSync(network).equals(before)).toBe(true);
  });

  it('says of every weight that it is done', async () => {
    let done = 0;
    await modify(aNetwork(), 'unet', adding(aLora(namings.kohya!)), () => done++);
    expect(done).toBe(3);
  });

  it('beside another adds both', async () => {
    const network = aNetwork();
    const [first, second] = [aLora(namings.kohya!, [TIME]), aLora(namings.peft!, [TIME])];
    const both = {
      ...NO_ADDITIONS,
      adapters: [
        { name: 'a', file: first, weight: 0.5 },
        { name: 'b', file: second, weight: -0.2 },
      ],
    };
    const after = await modelOf(network, both);
    close(
      difference(weightOf(after, `${TIME}.weight`), weightOf(readFileSync(network), `${TIME}.weight`)),
      product(TIME, 0.3),
    );
  });

  it('is merged in float32 and stored as the graph stores its weights', async () => {
    const network = aNetwork({ type: 'float16' });
    const after = weightOf(await modelOf(network, adding(aLora(namings.kohya!, [TIME]))), `${TIME}.weight`);
    const base = weightOf(readFileSync(network), `${TIME}.weight`);
    const want = product(TIME, 1).map((v, i) => v + base[i]!);
    for (const [i, value] of want.entries())
      expect(Math.abs(after[i]! - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + 1e-6);
  });

  it('with a middle of its own (LoCon) multiplies all three', async () => {
    const network = aNetwork();
    const [down, mid, up] = [numbers(21, RANK, 4, 1, 1), numbers(22, RANK, RANK, 3, 3), numbers(23, 5, RANK, 1, 1)];
    const base = `lora_unet_${CONV.replaceAll('.', '_')}`;
    const file = aSafetensors({
      [`${base}.lora_down.weight`]: down,
      [`${base}.lora_mid.weight`]: mid,
      [`${base}.lora_up.weight`]: up,
    });
    const after = await modelOf(network, adding(file));
    const changed = difference(weightOf(after, `${CONV}.weight`), weightOf(readFileSync(network), `${CONV}.weight`));
    const at = (o: number, i: number, k: number) => {
      let sum = 0;
      for (let a = 0; a < RANK; a++)
        for (let b = 0; b < RANK; b++)
          sum += up.data[o * RANK + a]! * mid.data[(a * RANK + b) * 9 + k]! * down.data[b * 4 + i]!;
      return sum; // no alpha: scale 1
    };
    close(
      changed,
      changed.map((_, n) => at(Math.floor(n / 36), Math.floor(n / 9) % 4, n % 9)),
    );
  });

  it('makes the network answer as the merged weights do', async () => {
    const device = await openDevice({ log: createLogger('silent') }, 'cpu', 1);
    const network = aNetwork();
    const { source } = await modify(network, 'unet', adding(aLora(namings.kohya!)));
    const feed = { sample: { data: numbers(5, 1, 4, 4, 4).data, dims: [1, 4, 4, 4] } };
    const answer = async (source: NetworkSource) => {
      const opened = await openNetwork(device, source);
      const { out_sample } = await opened.run(feed, { runMs: 0 });
      await opened.release();
      return out_sample!;
    };
    expect(await answer(source)).not.toEqual(await answer(network));
  });
});

describe('weights that are too many for the graph', () => {
  it('go through a file beside it, give the same answers, and leave nothing behind', async () => {
    const device = await openDevice({ log: createLogger('silent') }, 'cpu', 1);
    const network = aNetwork();
    const model = await openGraph(network);
    const twice = async ({ type, dims, name }: { type: unknown; dims: readonly number[]; name: string }) => ({
      ...{ type: type as 'float32', dims },
      bytes: new Uint8Array(weightOf(readFileSync(network), name).map((v) => 2 * v).buffer),
    });
    const names = new Set([`${CONV}.weight`, 'onnx::MatMul_12']);
    const answers = [];
    for (const mostInside of [0, 2 ** 20]) {
      const edited = await exchangeWeights(network, model, names, twice, { mostInside });
      const opened = await openNetwork(device, edited);
      const data = numbers(5, 1, 4, 4, 4).data;
      answers.push(await opened.run({ sample: { data, dims: [1, 4, 4, 4] } }, { runMs: 0 }));
      await opened.release();
      if (mostInside > 0) expect(edited.folder).toBe(dirname(network));
      else expect(readModelLocations(edited.model).every((location) => !existsSync(`/${location}`))).toBe(true);
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  it('go through it beside a graph whose own weights lie in a third file', async () => {
    const device = await openDevice({ log: createLogger('silent') }, 'cpu', 1);
    const network = aNetwork();
    const beside = join(aFolder(), 'model.onnx');
    const inside = await openGraph(network);
    const conv = inside.initializers.find(({ name }) => name === `${CONV}.weight`)!;
    const bytes = await readWeight(conv, dirname(network));
    writeFileSync(join(dirname(beside), 'weights.pb'), Buffer.concat([Buffer.alloc(64), bytes]));
    const extern = { location: 'weights.pb', offset: 64, length: bytes.length };
    const outside = externalInitializer(conv.name, conv.type!, conv.dims, extern);
    const initializers = inside.initializers.map((weight) => (weight === conv ? outside : weight));
    writeFileSync(beside, joinBytes(writeModel({ ...inside, initializers })));
    const model = await openGraph(beside);
    const same = async (weight: Initializer) => ({
      ...{ type: weight.type!, dims: weight.dims },
      bytes: await readWeight(weight, dirname(beside)),
    });
    const edited = await exchangeWeights(beside, model, new Set(['onnx::MatMul_12']), same, { mostInside: 0 });
    const answers = [];
    for (const source of [network, beside, edited]) {
      const opened = await openNetwork(device, source);
      const data = numbers(5, 1, 4, 4, 4).data;
      answers.push(await opened.run({ sample: { data, dims: [1, 4, 4, 4] } }, { runMs: 0 }));
      await opened.release();
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
});

const readModelLocations = (bytes: Uint8Array) =>
  [
    ...Buffer.from(bytes)
      .toString('latin1')
      .matchAll(/[\w/-]*atelier-weights-\w+\/weights\.bin/g),
  ].map(([path]) => path);

describe('a LoRA is refused, naming the key,', () => {
  const refusal = async (entries: Entries) =>
    modelOf(aNetwork(), adding(aSafetensors(entries))).then(
      () => 'accepted',
      (error: Error) => error.message,
    );
  const base = `lora_unet_${TIME.replaceAll('.', '_')}`;
  const { down, up } = halves[TIME];
  it('when half of it is missing', async () => {
    expect(await refusal({ [`${base}.lora_down.weight`]: down })).toContain(
      `lacks the up half that goes with ${base}.lora_down.weight`,
    );
  });
  it('when the model has no such layer', async () => {
    const key = 'lora_unet_mid_block_nowhere.lora_down.weight';
    expect(await refusal({ [key]: down, [key.replace('down.w', 'up.w')]: up })).toContain(key);
  });
  it('when it was made for layers of another size', async () => {
    const wide = numbers(1, RANK, 7);
    expect(await refusal({ [`${base}.lora_down.weight`]: wide, [`${base}.lora_up.weight`]: up })).toMatch(
      /another kind of model.*6×7.*6×6/,
    );
  });
  it('when it is of another family', async () => {
    expect(await refusal({ [`${base}.hada_w1_a`]: down })).toMatch(/is a LoHa .*hada_w1_a/);
    expect(await refusal({ [`${base}.dora_scale`]: down })).toMatch(/is a DoRA/);
  });
  it('when it has something that no LoRA has', async () => {
    expect(await refusal({ 'model.weight': down })).toContain('model.weight');
  });
  it('when it is for a text encoder that the model lacks', async () => {
    const key = 'lora_te2_text_model_encoder_layers_0_self_attn_q_proj';
    const file = aSafetensors({ [`${key}.lora_down.weight`]: down, [`${key}.lora_up.weight`]: up });
    await expect(refuseStrangers(adding(file), ['unet', 'text_encoder'])).rejects.toThrow(
      /lora_te2.*no text_encoder_2/,
    );
    await expect(refuseStrangers(adding(file), ['unet', 'text_encoder', 'text_encoder_2'])).resolves.toBeUndefined();
  });
});
