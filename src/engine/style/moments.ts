/** The mean and the deviation of every channel of maps: what AdaIN takes for a style. Huang & Belongie 2017, eq. 5 to 7. */
export interface Moments {
  mean: Float64Array;
  deviation: Float64Array;
}

export interface Gathering {
  /** Maps [channels, cells], any number of times; `share` says how much each of the cells counts, by default fully. */
  add(maps: Float32Array, share?: Float32Array): void;
  /** Of all that was added. Deviation: √(variance + ε). */
  finish(epsilon: number): Moments;
}

export function gatherMoments(channels: number): Gathering {
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  let counted = 0;
  return {
    add(maps, share) {
      const cells = maps.length / channels;
      counted += share ? share.reduce((sum, v) => sum + v, 0) : cells;
      for (let c = 0; c < channels; c++) {
        const [sum, square] = share ? summed(maps, c * cells, share) : summedWhole(maps, c * cells, cells);
        sums[c]! += sum;
        squares[c]! += square;
      }
    },
    finish(epsilon) {
      const mean = sums.map((sum) => sum / counted);
      return {
        mean,
        deviation: squares.map((sum, c) => Math.sqrt(Math.max(0, sum / counted - mean[c]! ** 2) + epsilon)),
      };
    },
  };
}

type Sums = readonly [values: number, squares: number];

function summed(maps: Float32Array, from: number, share: Float32Array): Sums {
  let [sum, square] = [0, 0];
  for (let i = 0; i < share.length; i++) {
    const v = maps[from + i]!;
    const counts = share[i]! * v;
    sum += counts;
    square += counts * v;
  }
  return [sum, square];
}

/** Two by two: an addition need not wait for the one before. */
function summedWhole(maps: Float32Array, from: number, cells: number): Sums {
  let [sum, other, square, otherSquare] = [0, 0, 0, 0];
  const pairs = from + cells - (cells % 2);
  for (let at = from; at < pairs; at += 2) {
    const v = maps[at]!;
    const w = maps[at + 1]!;
    sum += v;
    other += w;
    square += v * v;
    otherSquare += w * w;
  }
  const last = cells % 2 ? maps[pairs]! : 0;
  return [sum + other + last, square + otherSquare + last * last];
}

/** Several styles at once: a weighted mean of their means and deviations, which is what eq. 15 comes to. */
export function mixMoments(moments: readonly Moments[], shares: readonly number[]): Moments {
  const mixed = (of: (one: Moments) => Float64Array) =>
    of(moments[0]!).map((_, c) => moments.reduce((sum, one, i) => sum + shares[i]! * of(one)[c]!, 0));
  return { mean: mixed(({ mean }) => mean), deviation: mixed(({ deviation }) => deviation) };
}
