/** Which files of a repository a model needs: one graph of every part, its data and settings, and nothing of other frameworks. */
import { AppError } from '../../core/errors.ts';
import type { RemoteFile } from './hub.ts';

export const PRECISIONS = ['fp32', 'fp16', 'int8'] as const;
export type Precision = (typeof PRECISIONS)[number];

export interface Selected extends RemoteFile {
  /** Where it goes in the model's folder. */
  target: string;
}

const TEXT_ENCODERS = ['text_encoder', 'text_encoder_2', 'text_encoder_3'];
const GRAPH_PARTS = [...TEXT_ENCODERS, 'unet', 'transformer', 'vae_decoder', 'vae_encoder'];
const NEEDED = [['unet', 'transformer'], ['text_encoder', 'text_encoder_2'], ['vae_decoder']];
const SETTINGS = [
  /^model_index\.json$/,
  /^LICEN[CS]E[^/]*$/i,
  /^scheduler\/[^/]+\.json$/,
  /^tokenizer(_[23])?\/([^/]+\.json|merges\.txt)$/,
  /^vae\/config\.json$/,
];
const OTHER_FRAMEWORKS = /\.(safetensors|bin|ckpt|pt|pth|msgpack|h5|xml|mlmodel|gguf)$/;

/** Throws invalid_request when the repository is no such export, with what it is instead. */
export function selectFiles(files: readonly RemoteFile[], repo: string, precision?: Precision): Selected[] {
  const paths = new Set(files.map(({ path }) => path));
  if (!paths.has('model_index.json'))
    throw new AppError(
      'invalid_request',
      `${repo} is not a diffusion model in diffusers' layout: it has no model_index.json. Look for an ONNX export of it.`,
    );
  const chosen = new Map<string, string>(); // path → target
  for (const { path } of files) if (SETTINGS.some((pattern) => pattern.test(path))) chosen.set(path, path);
  for (const part of GRAPH_PARTS) {
    const inside = files.filter(
      ({ path }) => path.startsWith(`${part}/`) && !path.slice(part.length + 1).includes('/'),
    );
    const graph = chooseGraph(
      inside.map(({ path }) => path),
      precision,
    );
    if (!graph) continue;
    chosen.set(graph, `${part}/model.onnx`);
    for (const path of [...dataOf(graph, inside), `${part}/config.json`]) if (paths.has(path)) chosen.set(path, path);
  }
  for (const parts of NEEDED) {
    if (parts.some((part) => chosen.has(graphIn(chosen, part)))) continue;
    const weights = files.find(
      ({ path }) => parts.some((part) => path.startsWith(part)) && OTHER_FRAMEWORKS.test(path),
    );
    const has = weights ? `, only ${weights.path}, which is of another framework` : '';
    throw new AppError(
      'invalid_request',
      `${repo} has no ONNX graph in ${parts.join('/ or ')}/${has}. Look for an ONNX export of it, or make one: optimum-cli export onnx --model ${repo} <folder>.`,
    );
  }
  return files.flatMap((file) => {
    const target = chosen.get(file.path);
    return target === undefined ? [] : [{ ...file, target }];
  });
}

const graphIn = (chosen: ReadonlyMap<string, string>, part: string): string =>
  [...chosen].find(([, target]) => target === `${part}/model.onnx`)?.[0] ?? '';

const KINDS: Readonly<Record<Precision, RegExp>> = {
  fp32: /^model\.onnx$/,
  fp16: /fp16|half/,
  int8: /int8|quantized|uint8/,
};

/** The precision asked for; otherwise model.onnx, and whatever there is as a last resort. */
function chooseGraph(paths: readonly string[], precision: Precision | undefined): string | undefined {
  const graphs = paths.filter((path) => path.endsWith('.onnx')).sort();
  const name = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const wanted = precision && graphs.find((path) => KINDS[precision].test(name(path)));
  return wanted ?? graphs.find((path) => name(path) === 'model.onnx') ?? graphs[0];
}

/** External data: named after its graph, or anything else that lies beside the only graph. */
function dataOf(graph: string, inside: readonly RemoteFile[]): string[] {
  const others = inside.map(({ path }) => path).filter((path) => path !== graph && !path.endsWith('.onnx'));
  const named = others.filter((path) => path.startsWith(graph));
  const alone = inside.filter(({ path }) => path.endsWith('.onnx')).length === 1;
  if (named.length > 0 || !alone) return named;
  return others.filter((path) => !/\.(json|txt|md)$/.test(path) && !OTHER_FRAMEWORKS.test(path));
}
