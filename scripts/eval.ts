// `npm run -s eval -- FOLDER [--json] [--count N] [--steps N] [--guidance X] [--out FILE.png] [--beside FILE.onnx]
// [--models DIR]`: measures an embedded model
// through the shipped engine, draws a contact sheet and appends the figures to the models' EVAL.md.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { evaluateAnyStyle } from '../bench/eval/any-style.ts';
import { evaluateAvatars } from '../bench/eval/avatars.ts';
import { evaluateBrush } from '../bench/eval/brush.ts';
import { contactSheet } from '../bench/eval/contact-sheet.ts';
import type { Evaluate } from '../bench/eval/evaluation.ts';
import { evaluateFeatures } from '../bench/eval/feature-net.ts';
import { append, entryOf } from '../bench/eval/journal.ts';
import { evaluatePictureSafety } from '../bench/eval/picture-safety.ts';
import { evaluateQuick } from '../bench/eval/quick.ts';
import { evaluateControl } from '../bench/eval/sticker-control.ts';
import { evaluateStickers } from '../bench/eval/sticker-diffusion.ts';
import { evaluateTranslation } from '../bench/eval/translate.ts';
import { evaluateUpscaler } from '../bench/eval/upscale.ts';
import { createLogger } from '../src/core/log.ts';
import { openCatalogue } from '../src/engine/catalogue.ts';
import { openDevice } from '../src/engine/device.ts';
import { createLocalEngine } from '../src/engine/engine.ts';

const EVALUATIONS: Record<string, Evaluate> = {
  diffusion: evaluateStickers,
  upscale: evaluateUpscaler,
  gan: evaluateAvatars,
  control: evaluateControl,
  'picture-safety': evaluatePictureSafety,
  'style-transfer': evaluateBrush,
  adain: evaluateAnyStyle,
  features: evaluateFeatures,
  translate: evaluateTranslation,
  lora: evaluateQuick,
};

const root = fileURLToPath(new URL('..', import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    count: { type: 'string' },
    steps: { type: 'string' },
    guidance: { type: 'string' },
    threads: { type: 'string', default: '2' },
    out: { type: 'string' },
    beside: { type: 'string', multiple: true },
    models: { type: 'string', default: join(root, 'models') },
  },
});

const MODELS_DIR = values.models;
const log = createLogger('warn');
const catalogue = await openCatalogue({ MODELS_DIR, log });
const [folder] = positionals;
const installed = catalogue.models.find(({ ref }) => ref.name === folder);
const evaluate = installed && EVALUATIONS[installed.manifest.kind];
if (!installed || !evaluate) {
  const known = catalogue.models.filter(({ manifest }) => manifest.kind in EVALUATIONS).map(({ ref }) => ref.name);
  process.stderr.write(`Which one? ${known.join(', ')}\n`);
  process.exit(2);
}
const device = await openDevice({ log }, 'cpu', Number(values.threads));
const engine = createLocalEngine({ catalogue, device, log });
try {
  const numbers = (['count', 'steps', 'guidance'] as const).flatMap((name) =>
    values[name] === undefined ? [] : [[name, Number(values[name])] as const],
  );
  const options = { ...Object.fromEntries(numbers), ...(values.beside && { beside: values.beside }) };
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const evaluation = await evaluate({ catalogue, engine, device, installed, say }, options);
  const { version, sha256 } = installed.ref;
  const about = {
    folder: folder!,
    version,
    sha256,
    fingerprint: engine.fingerprint,
    date: new Date().toISOString().slice(0, 10),
  };
  const entry = entryOf(evaluation, about);
  append(join(MODELS_DIR, 'EVAL.md'), entry);
  const sheet = values.out ?? join(root, 'docs', 'models', `${folder}.png`);
  mkdirSync(dirname(sheet), { recursive: true });
  await contactSheet(evaluation.sheet.pictures, evaluation.sheet.columns, sheet);
  const { figures, conditions } = evaluation;
  process.stdout.write(
    values.json ? `${JSON.stringify({ ...about, conditions, figures, sheet })}\n` : `${entry}\n${sheet}\n`,
  );
} finally {
  await engine.close();
}
