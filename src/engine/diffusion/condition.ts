/** What a denoiser is conditioned on: prompts as the text encoders answered them, and how they change over a run. */

/** What the denoiser attends to for one prompt: [tokens, width] flat. */
export interface Condition {
  data: Float32Array;
  tokens: number;
  width: number;
  /** One vector for the whole prompt, where the model wants it beside the tokens: SDXL, SD3, FLUX. */
  pooled?: Float32Array;
}

/** One prompt of those that `AND` joins. */
export interface Part<C = Condition> {
  condition: C;
  weight: number;
}

/** A prompt over the run: editing and alternation change it from step to step. */
export interface PromptPlan<C = Condition> {
  /** What holds at this share of the run (step / steps, in [0, 1)); never empty. */
  at(share: number): readonly Part<C>[];
}

/** Both sides of the guidance of one image; all their conditions have as many tokens. */
export interface PromptPlans<C = Condition> {
  positive: PromptPlan<C>;
  /** One part always. */
  negative: PromptPlan<C>;
}

/** The same from the first step to the last. */
export const constantPlan = <C>(condition: C, weight = 1): PromptPlan<C> => {
  const parts = [{ condition, weight }];
  return { at: () => parts };
};
