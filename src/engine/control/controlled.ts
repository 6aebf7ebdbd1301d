/** Controls in front of the network: each adds to a row while its part of the run lasts. */
import type { Condition } from '../diffusion/condition.ts';
import type { Hint, Residuals, Row } from '../diffusion/predictor.ts';
import { concat, type Latent } from '../tensor.ts';
import { addUp, guessWeights } from './residuals.ts';

/** Where in the run a row stands. */
export interface Moment {
  /** In [0, 1). */
  share: number;
  /** False for the row of the negative prompt alone. */
  positive: boolean;
}

export type PredictRow = (row: Row, at: Moment) => Promise<Latent>;

/** What one control gives one row, at full weight. */
export interface Contribution {
  /** ControlNet, T2I-Adapter. */
  residuals?: Residuals;
  /** A ControlNet inside the U-Net: its place among those, and what it sees. */
  hint?: { place: number; data: Float32Array };
  /** IP-Adapter: for the U-Net's own input, or to stand behind the prompt. */
  tokens?: { as: 'input' | 'appended'; tokens: NonNullable<Row['imageTokens']> };
}

/** One of a recipe's controls, ready for its run. */
export interface Steering {
  weight: number;
  /** Shares of the run: steps in [from, to) are steered. */
  from: number;
  to: number;
  /** Only beside the positive prompt, weaker in shallow layers. */
  guess: boolean;
  /** `weight` is 0 for a row it does not steer while others do: most have nothing to give then. */
  give(row: Row, weight: number, at: Moment): Promise<Contribution>;
}

interface Given {
  contribution: Contribution;
  weight: number;
  guess: boolean;
}

/**
 * `plain` is the diffusion model's own network, `steered` the one with inputs for what controls give. A step without
 * any control in force goes to `plain`: weight 0, a range that is over, or the negative prompt in guess mode is the same
 * as no control to the last bit.
 */
export const controlled =
  (plain: PredictRow, steered: PredictRow, controls: readonly Steering[]): PredictRow =>
  async (row, at) => {
    const isOn = ({ weight, from, to }: Steering) => weight !== 0 && at.share >= from && at.share < to;
    if (!controls.some(isOn)) return plain(row, at);
    const given = await Promise.all(
      controls.map(async (steering): Promise<Given> => {
        const weight = isOn(steering) && (at.positive || !steering.guess) ? steering.weight : 0;
        return { contribution: await steering.give(row, weight, at), weight, guess: steering.guess };
      }),
    );
    const isBare = given.every(({ contribution }) => Object.keys(contribution).length === 0);
    return isBare ? plain(row, at) : steered(steer(row, given), at);
  };

/** The row with all that its controls give. */
function steer(row: Row, given: readonly Given[]): Row {
  const residuals = given.flatMap(({ contribution: { residuals }, weight, guess }) =>
    residuals ? [{ residuals, weights: weights(residuals, weight, guess) }] : [],
  );
  const hints = hintsOf(given);
  const tokens = given.flatMap(({ contribution: { tokens } }) => (tokens ? [tokens] : []));
  const asInput = tokens.filter(({ as }) => as === 'input').map(({ tokens }) => tokens);
  const appended = tokens.filter(({ as }) => as === 'appended').map(({ tokens }) => tokens);
  return {
    ...row,
    condition: { ...row.condition, ...joined([row.condition, ...appended]) },
    ...(residuals.length > 0 && { residuals: addUp(residuals) }),
    ...(hints.length > 0 && { hints }),
    ...(asInput.length > 0 && { imageTokens: joined(asInput) }),
  };
}

/** The scale of guess mode runs over the layers that are there: a T2I-Adapter's come last and leave holes before. */
function weights(residuals: Residuals, weight: number, guess: boolean): number[] {
  if (!guess) return residuals.map(() => weight);
  const scales = guessWeights(residuals.filter((residual) => residual).length);
  return residuals.map((residual) => (residual ? weight * scales.shift()! : 0));
}

function hintsOf(given: readonly Given[]): Hint[] {
  const hints: Hint[] = [];
  for (const {
    contribution: { hint },
    weight,
  } of given)
    if (hint) hints[hint.place] = { data: hint.data, scale: weight };
  const blank = hints.find((hint) => hint)?.data.length ?? 0;
  return Array.from(hints, (hint) => hint ?? { data: new Float32Array(blank), scale: 0 });
}

function joined(all: readonly Pick<Condition, 'data' | 'tokens' | 'width'>[]) {
  if (all.length === 1) return all[0]!;
  const tokens = all.reduce((sum, { tokens }) => sum + tokens, 0);
  return { data: concat(all.map(({ data }) => data)), tokens, width: all[0]!.width };
}
