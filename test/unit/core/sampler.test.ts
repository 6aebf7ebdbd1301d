import { describe, expect, it } from 'vitest';
import { SAMPLERS, Sampler, samplerLabel, samplersLike } from '../../../src/core/sampler.ts';

it('knows every sampler by its name, its label, and in any spelling', () => {
  for (const name of SAMPLERS) {
    expect(Sampler.parse(name)).toBe(name);
    expect(Sampler.parse(samplerLabel(name))).toBe(name);
    expect(Sampler.parse(`  ${samplerLabel(name).toUpperCase()} `)).toBe(name);
  }
});

it.each([
  ['DPM++ 2M Karras', 'dpmpp_2m_karras'],
  ['DPM++ 2M SDE Exponential', 'dpmpp_2m_sde_exponential'],
  ['DPM2 a Karras', 'dpm2_a_karras'],
  ['Euler a', 'euler_a'],
  ['k_euler_ancestral', 'euler_a'],
  ['sample_dpmpp_2m', 'dpmpp_2m'],
  ['k_dpm_2_a', 'dpm2_a'],
  ['PLMS', 'pndm'],
  ['UniPCMultistepScheduler', 'unipc'],
  ['KDPM2AncestralDiscreteScheduler', 'dpm2_a'],
  ['FlowMatchEulerDiscreteScheduler', 'euler'],
  ['dpmpp_2m_lu', 'dpmpp_2m_exponential'],
])('%s is %s', (alias, name) => {
  expect(Sampler.parse(alias)).toBe(name);
});

describe('an unknown name', () => {
  const message = (name: string) => Sampler.safeParse(name).error!.issues[0]!.message;
  it('gets those that are near', () => {
    expect(message('dpmp 2m karas')).toMatch(/no sampler called “dpmp 2m karas”.*Did you mean dpmpp_2m_karras/);
  });
  it('gets common ones if none is', () => {
    expect(message('magic')).toMatch(/Try one of euler, /);
  });
});

it('suggests at most as many as asked, those that hold what was typed first', () => {
  expect(samplersLike('', 25)).toHaveLength(25);
  expect(samplersLike('2m kar', 2)).toEqual(['dpmpp_2m_karras', 'dpm_2m_karras']);
});
