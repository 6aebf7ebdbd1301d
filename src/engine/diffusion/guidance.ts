import { blend, type Latent } from '../tensor.ts';

/** The network's raw answer (ε, v or x₀) for one latent, once per condition, in one go. */
export type Predict<Condition> = (x: Latent, sigma: number, conditions: readonly Condition[]) => Promise<Latent[]>;

/** Classifier-free guidance: away from `negative`, toward `positive`. Ho & Salimans 2022, eq. 6. */
export const guided =
  <C>(predict: Predict<C>, positive: C, negative: C, scale: number) =>
  async (x: Latent, sigma: number): Promise<Latent> => {
    const conditions = scale === 1 ? [positive] : [positive, negative]; // scale 1 needs no second pass
    const [toward, away] = await predict(x, sigma, conditions);
    return away ? blend(scale, toward!, 1 - scale, away) : toward!;
  };
