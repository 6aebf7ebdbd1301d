/** One picture from a shell: plan, draw, judge, mark, write. No database, no queue; the same bytes every time. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type Options, toRequest } from '../bots/options.ts';
import { AppError } from '../core/errors.ts';
import type { Recipe } from '../core/recipe.ts';
import { openCatalogue } from '../engine/catalogue.ts';
import { createEngine } from '../engine/client.ts';
import { createPlanner } from '../engine/plan.ts';
import { loadOrCreateKey } from '../safety/key.ts';
import { createSafety } from '../safety/safety.ts';
import { readEnvironment } from './environment.ts';

export async function imagine(options: Options, out: string): Promise<void> {
  const { config, log } = readEnvironment('imagine');
  log.level = process.env.LOG_LEVEL?.trim() ? log.level : 'warn';
  const request = toRequest(options);
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
  const { recipe, notes } = createPlanner({ catalogue, config })(request);
  for (const note of notes) process.stderr.write(`${note}\n`);
  const engine = await createEngine({ config, log });
  try {
    const { key, keyId } = await loadOrCreateKey({
      path: join(config.DATA_DIR, 'keys', 'watermark.key'),
      hex: config.WATERMARK_KEY,
    });
    const safety = createSafety({ classify: engine.classify, key, keyId, log });
    refuse(safety.judgePrompt(request));
    const started = performance.now();
    const { images } = await engine.generate(recipe, {
      log,
      signal: new AbortController().signal,
      onProgress: ({ step, total }) =>
        void (process.stderr.isTTY && process.stderr.write(`\rstep ${step} of ${total} `)),
      load: async () => Promise.reject(new AppError('not_found', 'There is no stored picture here.')),
    });
    for (const [index, { picture, seed }] of images.entries()) {
      refuse(await safety.judgePicture(picture));
      const marked = await safety.mark(picture, codeOf(recipe, index));
      const altText = `AI-generated image: ${request.prompt}`.slice(0, 1000);
      const { bytes } = await safety.encode(marked.picture, { recipe, seed, index, altText });
      const file = index === 0 ? out : `${out.slice(0, out.length - extname(out).length)}-${index + 1}${extname(out)}`;
      await writeFile(file, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const steps = recipe.kind === 'imagine' ? recipe.steps : 0;
      process.stdout.write(
        `${JSON.stringify({ file, seed, model: recipe.model.name, sha256, steps, ms: Math.round(performance.now() - started) })}\n`,
      );
    }
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
  stage: 'prompt' | 'picture';
}): void {
  if (decision === 'refuse' || decision === 'review')
    throw new AppError(`${stage}_refused`, reason ?? `The ${stage} was refused.`);
}
