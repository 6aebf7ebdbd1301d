/** What SD3's and FLUX' transformers are fed for rows. */
import { describe, expect, it } from 'vitest';
import { imageIds, pack, unpack } from '../../../../src/engine/diffusion/packing.ts';
import type { Row } from '../../../../src/engine/diffusion/predictor.ts';
import { createTransformer } from '../../../../src/engine/diffusion/transformer.ts';
import { aNetwork } from './a-network.ts';

const clock = { runMs: 0 };
const size = { channels: 2, height: 4, width: 6 };
const latent = Float32Array.from({ length: 48 }, (_, i) => i);

const aRow = (over: Partial<Row> = {}): Row => ({
  sample: latent,
  timestep: 500,
  condition: { data: new Float32Array(6), tokens: 3, width: 2, pooled: Float32Array.of(1, 2) },
  height: size.height,
  width: size.width,
  clock,
  ...over,
});

const COMMON = {
  encoder_hidden_states: ['batch', 'sequence', 2],
  pooled_projections: ['batch', 2],
  timestep: ['step'],
};
const aFlux = (ports: Record<string, (number | string)[]> = {}) => {
  const network = aNetwork(
    { ...COMMON, hidden_states: ['batch', 'packed', 8], img_ids: ['packed', 3], txt_ids: ['sequence', 3], ...ports },
    { output: 'out_hidden_states', shape: ['batch', 'packed', 8], echo: 'hidden_states' },
  );
  return { network, flux: createTransformer(network, { model: 'tiny', config: {}, channels: 2 }) };
};

describe('packing', () => {
  it('makes a token of every 2 × 2: channel by channel, row by row', () => {
    const tokens = pack(latent, size);
    expect([...tokens.slice(0, 8)]).toEqual([0, 1, 6, 7, 24, 25, 30, 31]);
    expect([...tokens.slice(8, 12)]).toEqual([2, 3, 8, 9]); // the next one to the right
    expect([...tokens.slice(24, 28)]).toEqual([12, 13, 18, 19]); // the first of the next row
  });
  it('is undone by unpacking', () => {
    expect(unpack(pack(latent, size), size)).toEqual(latent);
  });
  it('knows the row and column of every token', () => {
    expect([...imageIds(4, 6)]).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 1, 0, 1, 2]);
  });
});

describe('FLUX', () => {
  it('gets packed latents, thousandths of time, and a place for every token', async () => {
    const { network, flux } = aFlux();
    const [answer] = await flux.run([aRow(), aRow({ timestep: 250 })], clock);
    expect(answer).toEqual(latent); // the network echoes: packed, then unpacked
    const fed = network.fed[0]!;
    expect(fed.hidden_states!.dims).toEqual([2, 6, 8]);
    expect(fed.timestep).toEqual({ data: [0.5, 0.25], dims: [2] });
    expect(fed.img_ids!.dims).toEqual([6, 3]);
    expect(fed.txt_ids).toEqual({ data: new Float32Array(9), dims: [3, 3] });
    expect(flux.embedsGuidance).toBe(false);
    expect(flux.channels).toBe(2);
  });
  it('takes guidance where it has an input for it, for each row its own', async () => {
    const { network, flux } = aFlux({ guidance: ['batch'] });
    expect(flux.embedsGuidance).toBe(true);
    await flux.run([aRow({ guidance: 3.5 }), aRow()], clock);
    expect(network.fed[0]!.guidance).toEqual({ data: [3.5, 1], dims: [2] });
  });
  it('gives older exports the places once for every row', async () => {
    const { network, flux } = aFlux({ img_ids: ['batch', 'packed', 3], txt_ids: ['batch', 'sequence', 3] });
    await flux.run([aRow(), aRow()], clock);
    expect(network.fed[0]!.img_ids!.dims).toEqual([2, 6, 3]);
    expect(network.fed[0]!.txt_ids!.dims).toEqual([2, 3, 3]);
  });
});

describe('SD3', () => {
  const aTransformer = (ports: Record<string, (number | string)[]> = {}) => {
    const network = aNetwork(
      { ...COMMON, hidden_states: ['batch', 2, 'height', 'width'], ...ports },
      { output: 'out_hidden_states', echo: 'hidden_states' },
    );
    return { network, sd3: createTransformer(network, { model: 'tiny', config: {}, channels: 2 }) };
  };
  it('gets latents as they are, and time from 0 to 1000', async () => {
    const { network, sd3 } = aTransformer();
    expect((await sd3.run([aRow(), aRow({ timestep: 250 })], clock))[1]).toEqual(latent);
    expect(network.fed[0]).toMatchObject({ hidden_states: { dims: [2, 2, 4, 6] }, timestep: { data: [500, 250] } });
    expect(network.fed[0]!.pooled_projections!.dims).toEqual([2, 2]);
  });
  it('does not mix timesteps in a call that takes one', async () => {
    const { sd3 } = aTransformer({ timestep: [] });
    expect(sd3.key(aRow())).not.toBe(sd3.key(aRow({ timestep: 1 })));
    expect(aTransformer().sd3.key(aRow())).toBe(aTransformer().sd3.key(aRow({ timestep: 1 })));
  });
  it('names inputs it does not know, and lacks', () => {
    expect(() => aTransformer({ lidar: [1] })).toThrow(/tiny.*lidar/);
    const network = aNetwork({
      hidden_states: ['batch', 2, 'h', 'w'],
      timestep: [1],
      pooled_projections: ['batch', 2],
    });
    expect(() => createTransformer(network, { model: 'tiny', config: {}, channels: 2 })).toThrow(
      /lacks encoder_hidden_states/,
    );
  });
  it('refuses what it has no inputs for', async () => {
    const { sd3 } = aTransformer();
    await expect(sd3.run([aRow({ extra: new Float32Array(120) })], clock)).rejects.toThrow(/no masks/);
  });
});
