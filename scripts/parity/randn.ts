/** `--randn`: torch's random numbers, whole tensors by their hash. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { createPhiloxGenerator } from '../../src/engine/philox.ts';
import { createGenerator } from '../../src/engine/random.ts';
import { type Check, type Line, lineOf } from './line.ts';
import { type Torch, torch } from './torch.ts';

const numbers = z.array(z.number());
const References = z.object({
  refs: z
    .array(
      z.object({
        seed: z.number(),
        size: numbers,
        dtype: z.string().default('float32'),
        sha256_f32le: z.string().optional(),
        values: numbers.optional(),
        first32: numbers.optional(),
        last16: numbers.optional(),
        next_randn16: numbers.optional(),
      }),
    )
    .default([]),
  extra: z
    .array(
      z.object({
        name: z.string(),
        seed: z.union([z.number(), numbers]),
        values: z.union([numbers, z.array(numbers)]),
      }),
    )
    .default([]),
  cuda_philox: z
    .object({
      refs: z.array(z.object({ seed: z.number(), call: z.number(), first16: numbers, sum_f64: z.number().optional() })),
    })
    .optional(),
});

export function randnLines(file: unknown): Promise<Line[]> {
  const { refs, extra, cuda_philox } = References.parse(file);
  const lines = [...refs.map(refLine), ...extra.map(extraLine), ...(cuda_philox?.refs ?? []).map(philoxLine)];
  return Promise.resolve(lines);
}

const exactly = (what: string, got: ArrayLike<number>, want: readonly number[], tolerance = 0): Check[] =>
  want.map((value, i) => ({ what: `${what}[${i}]`, got: got[i] ?? Number.NaN, want: value, tolerance }));

function refLine(ref: z.infer<typeof References>['refs'][number]): Line {
  const n = ref.size.reduce((a, b) => a * b, 1);
  const generator = createGenerator(ref.seed);
  const out = generator.randn(n);
  const sha = createHash('sha256').update(new Uint8Array(out.buffer)).digest('hex'); // little-endian, as every machine we run on
  return lineOf(`randn(${ref.size.join(',')}) seed ${ref.seed}`, [
    ...(ref.sha256_f32le ? [{ what: 'sha256', got: sha, want: ref.sha256_f32le, tolerance: 0 }] : []),
    ...exactly('value', out, ref.values ?? []),
    ...exactly('first', out, ref.first32 ?? []),
    ...exactly('last', out.subarray(-16), ref.last16 ?? []),
    ...exactly('next', generator.randn(16), ref.next_randn16 ?? []),
  ]);
}

const TYPED = /\b(randn|rand)\(([\d,]*\d)(?:,(\w*float\d+))?\)/g;

/** The draws that an entry's name spells out, one after the other from one generator. */
function draws(name: string, torch: Torch): number[][] | undefined {
  const whole = (text: string) =>
    text.includes('**')
      ? 2 ** Number(text.slice(3, text.indexOf('-') < 0 ? undefined : text.indexOf('-'))) -
        (text.includes('-1') ? 1 : 0)
      : Number(text);
  const between = /\b(?:randint\(|random_\()(\d+),(2\*\*\d+(?:-1)?|\d+)/.exec(name);
  const count = /\((\d+),\)|empty\((\d+)/.exec(name);
  if (between && count) return [torch.integers(Number(count[1] ?? count[2]), Number(between[1]), whole(between[2]!))];
  const order = /randperm\((\d+)\)/.exec(name);
  if (order) return [torch.randperm(Number(order[1]))];
  const calls = [...name.matchAll(TYPED)];
  if (calls.length === 0) return undefined;
  return calls.map(([, kind, size, type]) => {
    const n = size!.split(',').reduce((product, side) => product * Number(side), 1);
    return torch[kind as 'randn' | 'rand'](n, type);
  });
}

function extraLine({ name, seed, values }: z.infer<typeof References>['extra'][number]): Line {
  const label = `${name} seed ${[seed].flat().join(',')}`;
  if (Array.isArray(seed)) {
    const size = /\((\d+(?:,\d+)+)\)/
      .exec(name)?.[1]
      ?.split(',')
      .reduce((product, side) => product * Number(side), 1);
    if (!size) return { name: label, state: 'FAIL', text: 'what is drawn is not said' };
    return lineOf(
      label,
      seed.flatMap((one, i) => exactly(`seed ${one}`, createGenerator(one).randn(size), values[i] as number[])),
    );
  }
  const drawn = draws(name, torch(seed));
  if (!drawn) return { name: label, state: 'FAIL', text: 'what is drawn is not known here' };
  const tolerance = /float64/.test(name) ? 1e-12 : 0;
  const element = Number(/element \[(\d+)\]/.exec(name)?.[1] ?? 0);
  const batch = Number(/\((\d+),/.exec(name)?.[1] ?? 1);
  const shown = element > 0 ? drawn.map((out) => out.slice((out.length / batch) * element)) : drawn;
  const wanted = values.some(Array.isArray) ? (values as number[][]) : [values as number[]];
  return lineOf(
    label,
    wanted.flatMap((want, i) => exactly(`draw ${i + 1}`, shown[i] ?? [], want, tolerance)),
  );
}

/** Of one draw's sum as many numbers as the file's own tool drew: 4 × 64 × 64. */
const DRAWN = 4 * 64 * 64;

function philoxLine({
  seed,
  call,
  first16,
  sum_f64,
}: {
  seed: number;
  call: number;
  first16: number[];
  sum_f64?: number | undefined;
}): Line {
  const generator = createPhiloxGenerator(seed);
  for (let i = 0; i < call; i++) generator.randn(1);
  const out = generator.randn(DRAWN);
  return lineOf(`philox call ${call} seed ${seed}`, [
    ...exactly('value', out, first16, 1e-6),
    ...(sum_f64 === undefined
      ? []
      : [{ what: 'sum', got: out.reduce((a, b) => a + b, 0), want: sum_f64, tolerance: 1e-2 }]),
  ]);
}
