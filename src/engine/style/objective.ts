/** What an optimiser is given: a smooth function of many variables. */
export type Vector = Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

export interface Evaluation<V extends Vector> {
  value: number;
  /** As long as x; it is kept, so each evaluation needs its own. */
  slope: V;
}

export type Objective<V extends Vector> = (x: V) => Promise<Evaluation<V>>;
