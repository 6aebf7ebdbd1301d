/** A request from a shell: planned, made, judged, marked, written. No database, no queue; the same bytes every time. */
import { createHash } from 'node:crypto';
import { altTextOf, subjectOf } from '../core/alt-text.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import type { Made } from '../core/picture.ts';
import type { Recipe } from '../core/recipe.ts';
import { picturesNamed, type Request } from '../core/request.ts';
import type { Safety } from '../core/safety.ts';
import { uploadBounds } from '../core/upload-bounds.ts';
import type { Verdict } from '../core/verdict.ts';
import { type Catalogue, openCatalogue } from '../engine/catalogue.ts';
import { createEngine } from '../engine/client.ts';
import { thereAndBack } from '../engine/moving.ts';
import { createPlanner } from '../engine/plan.ts';
import { openWordLists } from '../engine/planning/word-lists.ts';
import { judgeFrames, markFrames } from '../queue/frames.ts';
import { encodeAnimation } from '../safety/animation.ts';
import { createSafety } from '../safety/safety.ts';
import { readEnvironment } from './environment.ts';
import { createHandedIn, type HandedIn } from './handed-in.ts';
import { openKeys } from './keys.ts';
import { findRoom, formatOf, outFor, writeEach } from './picture-files.ts';

/** What a command asks for; pictures are handed in as files. */
export type Ask = (handedIn: HandedIn, catalogue: Catalogue) => Promise<Request>;

/** Prints one JSON line for each file. `out`: where the first is written; absent: named after what it is. */
export async function makeAtShell(name: string, ask: Ask, out?: string): Promise<void> {
  const { config, log } = readEnvironment(name);
  log.level = process.env.LOG_LEVEL?.trim() ? log.level : 'warn';
  const handedIn = createHandedIn(uploadBounds(config));
  const catalogue = await openCatalogue({ MODELS_DIR: config.MODELS_DIR, log });
  const request = await ask(handedIn, catalogue);
  const plan = createPlanner({ catalogue, config, wordLists: openWordLists(config.MODELS_DIR) });
  const { recipe, notes, readings = [] } = plan(request, handedIn.sources);
  const file = outFor(recipe, out);
  await findRoom(file);
  for (const note of notes) process.stderr.write(`${note}\n`);
  const engine = await createEngine({ config, log });
  try {
    const safety = await openSafety(config, log, engine.classify);
    const given = { handedIn: picturesNamed(request).some((picture) => 'key' in picture) };
    for (const words of [undefined, ...readings])
      refuse(safety.judgePrompt(request, { ...given, ...(words && { words }) }));
    const started = performance.now();
    const { images } = await engine.generate(recipe, {
      log,
      signal: new AbortController().signal,
      onProgress: ({ step, total }) =>
        void (process.stderr.isTTY && process.stderr.write(`\rstep ${step} of ${total} `)),
      load: handedIn.load,
    });
    const shown = formatOf(file) === 'png' ? images : images.length > 1 ? [asOne(images)] : images;
    for (const one of shown) refuse(await judgeFrames(safety, one, given));
    const encoded: Uint8Array[] = [];
    for (const [index, one] of shown.entries()) {
      const altText = altTextOf(await subjectOf({ request, recipe }, async () => undefined, index));
      encoded.push(await encode(safety, recipe, one, { index, altText, file }));
    }
    const ms = Math.round(performance.now() - started);
    for (const [i, written] of (await writeEach(file, encoded)).entries()) {
      const sha256 = createHash('sha256').update(encoded[i]!).digest('hex');
      const about = {
        file: written,
        seed: shown[i]!.seed,
        model: recipe.model.name,
        sha256,
        steps: stepsOf(recipe),
        ms,
      };
      process.stdout.write(`${JSON.stringify(about)}\n`);
    }
  } finally {
    await engine.close();
  }
}

async function openSafety(config: Config, log: Logger, classify: Parameters<typeof createSafety>[0]['classify']) {
  return createSafety({ classify, ...(await openKeys(config)), log });
}

const FRAME_MS = 120;

/** The frames of a walk as one picture that moves. */
const asOne = (images: readonly Made[]): Made =>
  thereAndBack(
    images.map(({ picture }) => picture),
    images[0]!.seed,
    FRAME_MS,
  );

async function encode(
  safety: Safety,
  recipe: Recipe,
  made: Made,
  { index, altText, file }: { index: number; altText: string; file: string },
): Promise<Uint8Array> {
  const { shown } = await markFrames(safety, made, codeOf(recipe, index));
  const about = { recipe, seed: made.seed, index, altText };
  const format = formatOf(file);
  if ('frames' in shown && format !== 'png') return encodeAnimation(shown, about, format);
  return (await safety.encode(shown, about)).bytes;
}

/** Without a record to name, the mark's code is the recipe's own: the same recipe gives the same bytes. */
const codeOf = (recipe: Recipe, index: number): bigint =>
  createHash('sha256')
    .update(JSON.stringify([recipe, index]))
    .digest()
    .readBigUInt64BE();

function stepsOf(recipe: Recipe): number {
  if (recipe.kind === 'imagine') return recipe.steps;
  return recipe.kind === 'gatys' ? recipe.iterations.reduce((sum, count) => sum + count, 0) : 0;
}

function refuse({ decision, reason, stage }: Verdict): void {
  if (decision === 'refuse' || decision === 'review')
    throw new AppError(
      stage === 'prompt' ? 'prompt_refused' : 'picture_refused',
      reason ?? `The ${stage} was refused.`,
    );
}
