/** Pictures from a shell: plan, draw, judge, mark, write. No database, no queue; the same bytes every time. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Options } from '../bots/options.ts';
import { AppError } from '../core/errors.ts';
import type { Recipe } from '../core/recipe.ts';
import type { Verdict } from '../core/verdict.ts';
import { openCatalogue } from '../engine/catalogue.ts';
import { createEngine } from '../engine/client.ts';
import { createPlanner } from '../engine/plan.ts';
import { openWordLists } from '../engine/planning/word-lists.ts';
import { loadOrCreateKey } from '../safety/key.ts';
import { createSafety } from '../safety/safety.ts';
import { readEnvironment } from './environment.ts';
import { createHandedIn } from './handed-in.ts';
import { readRequest, type ShellOptions } from './imagine-options.ts';
import { moves, writeEach, writeMoving } from './picture-files.ts';

export async function imagine(shell: ShellOptions, options: Options, out: string): Promise<void> {
  const { config, log } = readEnvironment('imagine');
  log.level = process.env.LOG_LEVEL?.trim() ? log.level : 'warn';
  const handedIn = createHandedIn();
  const request = await readRequest(shell, options, handedIn);
  if (moves(out) && !request.walk)
    throw new AppError('invalid_request', `Only a walk can be written to ${out}: name a .png.`);
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
  const plan = createPlanner({ catalogue, config, wordLists: openWordLists(config.MODELS_DIR) });
  const { recipe, notes, readings = [] } = plan(request, handedIn.sources);
  for (const note of notes) process.stderr.write(`${note}\n`);
  const engine = await createEngine({ config, log });
  try {
    const { key, keyId } = await loadOrCreateKey({
      path: join(config.DATA_DIR, 'keys', 'watermark.key'),
      hex: config.WATERMARK_KEY,
    });
    const safety = createSafety({ classify: engine.classify, key, keyId, log });
    for (const reading of [{}, ...readings]) refuse(safety.judgePrompt({ ...request, ...reading }));
    const started = performance.now();
    const { images } = await engine.generate(recipe, {
      log,
      signal: new AbortController().signal,
      onProgress: ({ step, total }) =>
        void (process.stderr.isTTY && process.stderr.write(`\rstep ${step} of ${total} `)),
      load: handedIn.load,
    });
    const altText = `AI-generated image: ${request.prompt}`.slice(0, 1000);
    const encoded: Uint8Array[] = [];
    for (const [index, { picture, seed }] of images.entries()) {
      refuse(await safety.judgePicture(picture));
      const marked = await safety.mark(picture, codeOf(recipe, index));
      encoded.push((await safety.encode(marked.picture, { recipe, seed, index, altText })).bytes);
    }
    const print = (file: string, seed: number, bytes: Uint8Array) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const steps = recipe.kind === 'imagine' ? recipe.steps : 0;
      const ms = Math.round(performance.now() - started);
      process.stdout.write(`${JSON.stringify({ file, seed, model: recipe.model.name, sha256, steps, ms })}\n`);
    };
    if (moves(out)) return print(out, images[0]!.seed, await writeMoving(out, encoded, altText));
    for (const [i, file] of (await writeEach(out, encoded)).entries()) print(file, images[i]!.seed, encoded[i]!);
  } finally {
    await engine.close();
  }
}

/** Without a record to name, the mark's code is the recipe's own: the same recipe gives the same bytes. */
const codeOf = (recipe: Recipe, index: number): bigint =>
  createHash('sha256')
    .update(JSON.stringify([recipe, index]))
    .digest()
    .readBigUInt64BE();

function refuse({
  decision,
  reason,
  stage,
}: {
  decision: string;
  reason?: string | undefined;
  stage: Verdict['stage'];
}): void {
  if (decision === 'refuse' || decision === 'review')
    throw new AppError(
      stage === 'prompt' ? 'prompt_refused' : 'picture_refused',
      reason ?? `The ${stage} was refused.`,
    );
}
