/** Low-rank changes to the layers of a network. Hu et al. 2021; convolutions as LyCORIS' LoCon. */
import { AppError } from '../../core/errors.ts';
import { type Named, type Part, type Role, readKey } from './lora-names.ts';
import type { Safetensors } from './safetensors.ts';

/** The change of one layer: W + weight · scale · up · down. */
export interface Change {
  part: Part | 'backbone';
  path: string;
  rank: number;
  /** α / rank. */
  scale: number;
  /** The tensors' names: down [rank, in, …kernel], up [out, rank, …], mid [rank, rank, …kernel]. */
  down: string;
  up: string;
  mid: string | undefined;
}

export interface Lora {
  file: Safetensors;
  changes: readonly Change[];
}

type Group = Named & { keys: Partial<Record<Role, string>> };

/** Kinds of adapters that are not low-rank, by what their keys end with. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [/\.hada_w[12]_[ab]$|\.hada_t[12]$/, 'a LoHa'],
  [/\.lokr_w[12](_[ab])?$|\.lokr_t2$/, 'a LoKr'],
  [/\.dora_scale$|\.lora_magnitude_vector/, 'a DoRA'],
  [/\.oft_blocks$|\.oft_diag$|\.oft_R/, 'an OFT'],
  [/\.(a1|a2|b1|b2)\.weight$|\.on_input$|\.w_norm$/, 'an IA³ or GLoRA'],
  [/\.diff(_b)?$/, 'a full difference'],
];

/** Sorts a file's tensors into changes. Throws invalid_request that names the key that is missing or strange. */
export async function readLora(file: Safetensors): Promise<Lora> {
  const groups = new Map<string, Group>();
  for (const key of file.tensors.keys()) {
    const named = readKey(key);
    if (!named) throw notLora(file.label, key);
    const id = `${named.part} ${named.path.replaceAll('.', '_')}`;
    const group = groups.get(id) ?? { ...named, keys: {} };
    if (group.keys[named.role])
      throw refused(file.label, `has ${key} and ${group.keys[named.role]} for the same layer`);
    group.keys[named.role] = key;
    groups.set(id, group);
  }
  const noted = notedAlphas(file);
  const changes: Change[] = [];
  for (const group of groups.values()) changes.push(await toChange(file, group, noted));
  if (changes.length === 0) throw refused(file.label, 'has no tensors');
  return { file, changes };
}

const refused = (label: string, why: string) => new AppError('invalid_request', `The LoRA ${label} ${why}.`);

function notLora(label: string, key: string): AppError {
  const kind = OTHER_KINDS.find(([pattern]) => pattern.test(key))?.[1];
  return kind
    ? refused(label, `is ${kind} (it has ${key}); only LoRA and LoCon files can be used`)
    : refused(label, `has the tensor ${key}, which no LoRA that is known here has`);
}

async function toChange(file: Safetensors, { part, path, keys }: Group, noted: Noted): Promise<Change> {
  const { down, up, mid, alpha } = keys;
  const known = (down ?? up ?? alpha ?? mid)!;
  if (!down || !up) throw refused(file.label, `lacks the ${down ? 'up' : 'down'} half that goes with ${known}`);
  const [downShape, upShape] = [file.tensors.get(down)!.shape, file.tensors.get(up)!.shape];
  const rank = downShape[0] ?? 0;
  const fits = mid ? file.tensors.get(mid)!.shape : [rank, rank];
  if (
    downShape.length < 2 ||
    upShape.length < 2 ||
    upShape[1] !== rank ||
    fits[0] !== rank ||
    fits[1] !== rank ||
    rank < 1
  )
    throw refused(
      file.label,
      `has ${down} [${downShape.join(', ')}] and ${up} [${upShape.join(', ')}], which do not go together`,
    );
  const value = alpha ? (await file.floats(alpha))[0] : noted.alpha(part, path);
  if (value !== undefined && !Number.isFinite(value)) throw refused(file.label, `has no usable number in ${alpha}`);
  return { part, path, rank, scale: noted.scale(value ?? rank, rank), down, up, mid };
}

interface Noted {
  alpha(part: string, path: string): number | undefined;
  scale(alpha: number, rank: number): number;
}

/** PEFT keeps α in its configuration, which newer files carry among their metadata. */
function notedAlphas({ metadata }: Safetensors): Noted {
  const settings = parseObject(metadata.lora_adapter_metadata);
  const number = (key: string) => (typeof settings[key] === 'number' ? settings[key] : undefined);
  const rootRank = Object.entries(settings).some(([key, value]) => /(^|\.)use_rslora$/.test(key) && value === true);
  return {
    alpha: (part) => (part === 'backbone' ? number('lora_alpha') : undefined) ?? number(`${part}.lora_alpha`),
    scale: (alpha, rank) => alpha / (rootRank ? Math.sqrt(rank) : rank),
  };
}

function parseObject(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
