/** What a U-Net is fed for rows, by what its export says of itself. */
import { describe, expect, it } from 'vitest';
import type { PredictorConfig } from '../../../../src/engine/diffusion/layout.ts';
import type { Row } from '../../../../src/engine/diffusion/predictor.ts';
import { createUnet } from '../../../../src/engine/diffusion/unet.ts';
import { renamed } from '../../../../src/engine/rename.ts';
import { aNetwork } from './a-network.ts';

const PORTS = {
  sample: ['batch', 4, 'height', 'width'],
  timestep: ['batch'],
  encoder_hidden_states: ['batch', 'sequence', 2],
};
const clock = { runMs: 0 };

/** Latents of 2 × 2; the sample is all `value`. */
const aRow = (value: number, over: Partial<Row> = {}): Row => ({
  sample: new Float32Array(16).fill(value),
  timestep: value,
  condition: { data: Float32Array.of(value, value, value, value), tokens: 2, width: 2 },
  height: 2,
  width: 2,
  clock,
  ...over,
});

const aUnet = (ports: Record<string, (number | string)[]> = {}, config: PredictorConfig = {}) => {
  const network = aNetwork({ ...PORTS, ...ports });
  const unet = createUnet(network, { model: 'tiny', config, factor: 8, channels: 4 });
  const fed = async (...rows: Row[]) => {
    await unet.run(rows, clock);
    return network.fed.at(-1)!;
  };
  return { unet, fed };
};

it('lays rows one after the other and gives each its own answer', async () => {
  const { unet } = aUnet();
  const answers = await unet.run([aRow(1), aRow(2), aRow(3)], clock);
  expect(answers.map((answer) => [answer.length, answer[0]])).toEqual([
    [16, 1],
    [16, 2],
    [16, 3],
  ]);
});

describe('time', () => {
  it.each([
    ['one for each row where the axis is the batch’s', ['batch'], { data: [5, 7], dims: [2] }, true],
    ['a single number where the rank is 0', [], { data: [5], dims: [] }, false],
    ['one for the call where the axis is fixed', [1], { data: [5], dims: [1] }, false],
    ['one for the call where the axis is another', ['steps'], { data: [5], dims: [1] }, false],
  ])('%s', async (_, shape, feed, mixes) => {
    const { unet, fed } = aUnet({ timestep: shape });
    expect((await fed(aRow(5), aRow(7))).timestep).toEqual(feed);
    expect(unet.key(aRow(5)) === unet.key(aRow(7))).toBe(mixes);
  });
});

it('rows of other sizes, token counts and hint strengths do not share a call', () => {
  const { unet } = aUnet({ controlnet_conds: [1, 'batch', 3, 'h', 'w'], conditioning_scales: [1, 1] });
  const hint = (scale: number) => ({ hints: [{ data: new Float32Array(3 * 16 * 16), scale }] });
  const longer = { condition: { data: new Float32Array(6), tokens: 3, width: 2 } };
  const keys = [aRow(1), aRow(1, { height: 4 }), aRow(1, longer), aRow(1, hint(1)), aRow(1, hint(0.5))].map(unet.key);
  expect(new Set(keys).size).toBe(5);
  expect(unet.key(aRow(1, hint(1)))).toBe(unet.key(aRow(2, hint(1))));
});

describe('SDXL', () => {
  const ports = { text_embeds: ['batch', 3], time_ids: ['batch', 6] };
  const spoken = (value: number, pooled?: Float32Array) => {
    const row = aRow(value, { height: 4 });
    return { ...row, sample: new Float32Array(32), condition: { ...row.condition, ...(pooled && { pooled }) } };
  };

  it('is told the size in pixels, height first, nothing cropped', async () => {
    const { fed } = aUnet(ports);
    const { time_ids, text_embeds } = await fed(
      spoken(1, Float32Array.of(1, 2, 3)),
      spoken(2, Float32Array.of(4, 5, 6)),
    );
    expect(time_ids).toEqual({ data: Float32Array.of(32, 16, 0, 0, 32, 16, 32, 16, 0, 0, 32, 16), dims: [2, 6] });
    expect(text_embeds).toEqual({ data: Float32Array.of(1, 2, 3, 4, 5, 6), dims: [2, 3] });
  });
  it.each([undefined, Float32Array.of(1)])('says so when its text encoders give no fitting vector', async (pooled) => {
    const { fed } = aUnet(ports);
    await expect(fed(spoken(1, pooled))).rejects.toMatchObject({
      code: 'model_corrupt',
      message: expect.stringMatching(/tiny wants text_embeds of 3/),
    });
  });
  it('refuses a refiner by its five ids', async () => {
    const { fed } = aUnet({ ...ports, time_ids: ['batch', 5] });
    await expect(fed(spoken(1, Float32Array.of(1, 2, 3)))).rejects.toThrow(/refiner/);
  });
});

describe('guidance as an input', () => {
  it('is guidance − 1 as sines, then cosines', async () => {
    const { unet, fed } = aUnet({ timestep_cond: ['batch', 256] });
    expect(unet.embedsGuidance).toBe(true);
    const { timestep_cond } = await fed(aRow(1, { guidance: 8.5 }), aRow(1, { guidance: 1 }));
    const data = timestep_cond!.data as Float32Array;
    expect(timestep_cond!.dims).toEqual([2, 256]);
    // diffusers: sin(7500 · 10000^(−i/127)) for i < 128, then the cosines.
    const rate = (i: number) => 10_000 ** (-i / 127);
    for (const i of [0, 1, 64, 127]) {
      expect(data[i]).toBeCloseTo(Math.sin(7500 * rate(i)), 5);
      expect(data[128 + i]).toBeCloseTo(Math.cos(7500 * rate(i)), 5);
    }
    expect([data[256], data[256 + 128]]).toEqual([0, 1]); // guidance 1: angle 0
  });
});

describe('inpainting', () => {
  const ports = { sample: ['batch', 9, 'height', 'width'] };
  it('puts mask and masked picture behind each sample', async () => {
    const { unet, fed } = aUnet(ports);
    expect([unet.channels, unet.extraChannels]).toEqual([4, 5]);
    const extra = (value: number) => ({ extra: new Float32Array(20).fill(value) });
    const { sample } = await fed(aRow(1, extra(10)), aRow(2, extra(20)));
    expect(sample!.dims).toEqual([2, 9, 2, 2]);
    expect([0, 15, 16, 35, 36, 52].map((i) => (sample!.data as Float32Array)[i])).toEqual([1, 1, 10, 10, 2, 20]);
  });
  it('says what is missing, and what is too much', async () => {
    await expect(aUnet(ports).fed(aRow(1))).rejects.toThrow(/4 \+ 5 channels; 0 extra/);
    await expect(aUnet().fed(aRow(1, { extra: new Float32Array(20) }))).rejects.toThrow(/4 \+ 0 channels; 5 extra/);
  });
  it('is known from its pipeline where a legacy export names no numbers', () => {
    const { unet } = aUnet({ sample: ['batch', 'channels', 'height', 'width'] }, { in_channels: 9, out_channels: 4 });
    expect([unet.channels, unet.extraChannels]).toEqual([4, 5]);
  });
});

describe('ControlNet residuals', () => {
  const config = { block_out_channels: [2, 3], layers_per_block: 1 };
  const ports = {
    down_block_10: ['batch', 3, 'h', 'w'], // sorted by number, not by letter
    mid_block_additional_residual: ['batch', 3, 'h', 'w'],
    down_block_0: ['batch', 2, 'h', 'w'],
    down_block_1: ['batch', 2, 'h', 'w'],
    down_block_2: ['batch', 2, 'h', 'w'],
  };
  const shapes = [
    [2, 2, 2],
    [2, 2, 2],
    [2, 1, 1],
    [3, 1, 1],
    [3, 1, 1],
  ];
  const residuals = shapes.map((dims, i) => ({
    data: new Float32Array(dims.reduce((a, b) => a * b)).fill(i + 1),
    dims,
  }));

  it('are fed shallow first, the middle last, zeros for rows without', async () => {
    const { unet, fed } = aUnet(ports, config);
    expect(unet.residuals.map(({ name }) => name)).toEqual([
      'down_block_0',
      'down_block_1',
      'down_block_2',
      'down_block_10',
      'mid_block_additional_residual',
    ]);
    const feeds = await fed(aRow(1, { residuals }), aRow(2));
    expect(feeds.down_block_10).toEqual({ data: Float32Array.of(4, 4, 4, 0, 0, 0), dims: [2, 3, 1, 1] });
    expect(feeds.mid_block_additional_residual!.data[0]).toBe(5);
  });
  it('of another model are refused', async () => {
    const { fed } = aUnet(ports, config);
    const wrong = residuals.map((feed, i) => (i === 3 ? { data: new Float32Array(4), dims: [4, 1, 1] } : feed));
    await expect(fed(aRow(1, { residuals: wrong }))).rejects.toThrow(
      /does not belong.*4×1×1 where down_block_10 wants 3×1×1/,
    );
  });
  it('are refused by a U-Net that has no inputs for them', async () => {
    await expect(aUnet().fed(aRow(1, { residuals }))).rejects.toThrow(/no input for ControlNet residuals/);
  });
  it('of Stable Diffusion 1.5 have the published shapes', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `down_block_${i}`);
    const { fed } = aUnet(Object.fromEntries([...names, 'mid_block'].map((name) => [name, ['batch', 'c', 'h', 'w']])));
    const feeds = await fed(aRow(1, { height: 8, width: 8, sample: new Float32Array(256) }));
    expect([...names, 'mid_block'].map((name) => feeds[name]!.dims.slice(1).join('×'))).toEqual([
      ...['320×8×8', '320×8×8', '320×8×8', '320×4×4', '640×4×4', '640×4×4', '640×2×2'],
      ...['1280×2×2', '1280×2×2', '1280×1×1', '1280×1×1', '1280×1×1', '1280×1×1'],
    ]);
  });
});

it('ControlNets inside get [nets, rows, 3, 8h, 8w], and nothing is a black hint of strength 0', async () => {
  const { unet, fed } = aUnet({ controlnet_conds: [2, 'batch', 3, 'h', 'w'], conditioning_scales: [2, 1] });
  expect(unet.hints).toBe(2);
  const data = new Float32Array(3 * 16 * 16).fill(1);
  const some = await fed(aRow(1, { hints: [{ data, scale: 0.5 }] }), aRow(2, { hints: [{ data, scale: 0.5 }] }));
  expect(some.controlnet_conds!.dims).toEqual([2, 2, 3, 16, 16]);
  const conds = some.controlnet_conds!.data as Float32Array;
  expect([conds[0], conds[2 * 768 - 1], conds[2 * 768]]).toEqual([1, 1, 0]);
  expect(some.conditioning_scales).toEqual({ data: [0.5, 0], dims: [2, 1] });
  expect((await fed(aRow(1))).conditioning_scales!.data).toEqual([0, 0]);
});

describe('names', () => {
  it('of an export’s own choosing are mapped', async () => {
    const network = aNetwork(
      { x: PORTS.sample, t: PORTS.timestep, context: PORTS.encoder_hidden_states },
      { echo: 'x' },
    );
    const names = { sample: 'x', timestep: 't', encoder_hidden_states: 'context' };
    const unet = createUnet(renamed(network, names), { model: 'tiny', config: {}, factor: 8, channels: 4 });
    expect((await unet.run([aRow(3)], clock))[0]![0]).toBe(3);
    expect(Object.keys(network.fed[0]!).sort()).toEqual(['context', 't', 'x']);
  });
  it('nobody knows are named', () => {
    expect(() => aUnet({ lidar: ['batch'] })).toThrow(/tiny.*lidar/);
    const network = aNetwork({ sample: PORTS.sample, timestep: PORTS.timestep });
    expect(() => createUnet(network, { model: 'tiny', config: {}, factor: 8, channels: 4 })).toThrow(
      /lacks encoder_hidden_states/,
    );
  });
});
