/** How weights reach the text encoder's answer, as the programs of these names do it. */
import type { Weighting } from '../../../core/request.ts';
import type { Chunk } from './chunks.ts';
import type { Piece } from './emphasis.ts';

/** What the text encoder answers for a row of ids: [ids, width] flat. */
export type Look = (ids: readonly number[]) => Float32Array;

interface Scheme {
  /** Further versions of the prompt that it compares with. */
  reduced(pieces: readonly Piece[]): { pieces: Piece[]; share: number }[];
  /** Weighted answer for one chunk; `reduced`: the answers for that chunk of the reduced versions, weighted alike. */
  apply(chunk: Chunk, look: Look, empty: Chunk): Float32Array;
}

/** z·w, then the whole brought back to the mean it had. */
function a1111({ ids, weights }: Chunk, look: Look): Float32Array {
  const z = look(ids);
  const scaled = perToken(z, weights, (v, w) => v * w);
  const [before, after] = [mean(z), mean(scaled)];
  // Where the mean is all but zero its ratio means nothing.
  if (Math.abs(before) < MEANINGFUL * rms(z) || Math.abs(after) < MEANINGFUL * rms(z)) return scaled;
  return scaled.map((v) => (v * before) / after);
}

const MEANINGFUL = 0.01;

/** Away from, or toward, what the encoder says of no words at all. */
function fromEmpty({ ids, weights }: Chunk, look: Look, empty: Chunk): Float32Array {
  const [z, zero] = [look(ids), look(empty.ids)];
  return perToken(z, weights, (v, w, i) => zero[i]! + (v - zero[i]!) * w);
}

const nothing = () => [];

export const SCHEMES = {
  a1111: { reduced: nothing, apply: a1111 },
  comfy: { reduced: nothing, apply: fromEmpty },
  compel: { reduced: withoutWeak, apply: fromEmpty },
  none: { reduced: nothing, apply: ({ ids }, look) => look(ids) },
} satisfies Record<Weighting, Scheme>;

/**
 * compel mixes in the prompt without its weak words, the more the weaker they are: tan((1 − w)·π/2) parts to one. The
 * words are left out (its `DownweightMode.REMOVE`): exported encoders take no attention mask.
 */
function withoutWeak(pieces: readonly Piece[]): { pieces: Piece[]; share: number }[] {
  return pieces.flatMap((piece, i) => {
    if (piece === 'break' || piece.weight >= 1) return [];
    const share = Math.tan(((1 - Math.max(piece.weight, 1e-9)) * Math.PI) / 2);
    return [{ pieces: pieces.toSpliced(i, 1), share }];
  });
}

/** A chunk of weight 1 throughout is the encoder's own answer, bit for bit. */
export function weighted(scheme: Weighting, chunk: Chunk, look: Look, empty: Chunk): Float32Array {
  return chunk.weights.every((weight) => weight === 1) ? look(chunk.ids) : SCHEMES[scheme].apply(chunk, look, empty);
}

/** Σ shareᵢ·xᵢ ÷ Σ shareᵢ */
export function mixed(versions: readonly { data: Float32Array; share: number }[]): Float32Array {
  const [first, ...rest] = versions;
  if (rest.length === 0) return first!.data;
  const total = versions.reduce((sum, { share }) => sum + share, 0);
  return first!.data.map((_, i) => versions.reduce((sum, { data, share }) => sum + (data[i]! * share) / total, 0));
}

function perToken(
  z: Float32Array,
  weights: readonly number[],
  apply: (v: number, weight: number, i: number) => number,
): Float32Array {
  const width = z.length / weights.length;
  return z.map((v, i) => {
    const weight = weights[Math.floor(i / width)]!;
    return weight === 1 ? v : apply(v, weight, i);
  });
}

const mean = (z: Float32Array) => z.reduce((sum, v) => sum + v, 0) / z.length;
const rms = (z: Float32Array) => Math.sqrt(z.reduce((sum, v) => sum + v * v, 0) / z.length);
