/**
 * Strength where it is needed. A rough picture speaks louder than the pattern and says other bits, but what it says is
 * known before it is marked: the pattern need only be stronger where the decoder would go astray. Informed embedding:
 * Miller, Doërr & Cox 2004; the search is a perceptron's, whose examples are the codewords that win undeservedly.
 */
import { decode, encode } from './convolutional.ts';

export interface Aim {
  /** The code bits to be said. */
  wanted: Uint8Array;
  /** Soft bits that the unmarked picture says. */
  heard: Float64Array;
  /** And what it says with the pattern in it, all bits alike. */
  evenly: Float64Array;
}

/** First lead of the wanted word, in deviations of what is heard, and how it grows while there is strength left. */
const LEAD = 0.02;
const MORE = 1.25;
const STEP = 0.08;
const MOST_STEPS = 400;

export interface Aimed {
  /** Of each code bit; the mean of their squares is 1, as if all were alike. */
  strengths: Float64Array;
  /** By how much the wanted word leads for every bit in which another differs, deviations of what is heard; 0: it may lose. */
  lead: number;
}

export function aim({ wanted, heard, evenly }: Aim): Aimed {
  const towards = (soft: number, bit: number) => (wanted[bit] ? soft : -soft);
  const margins = heard.map(towards);
  const reach = mean(evenly.map(towards)) - mean(margins);
  const deviation = rootMeanSquare(margins);
  let lead = LEAD * deviation;
  let strengths = new Float64Array(wanted.length);
  let enough = { strengths, lead: 0 };
  for (let step = 0; step < MOST_STEPS && rootMeanSquare(strengths) <= 1; step++) {
    const won = encode(decode(margins.map((margin, bit) => towards(margin + reach * strengths[bit]! - lead, bit))));
    const stronger = strengths.map((strength, bit) => (won[bit] === wanted[bit] ? strength : strength + STEP));
    if (won.every((value, bit) => value === wanted[bit])) {
      enough = { strengths, lead: lead / deviation };
      lead *= MORE;
    }
    strengths = stronger;
  }
  const found = rootMeanSquare(enough.strengths) > 0 ? enough.strengths : strengths;
  const size = rootMeanSquare(found);
  return { strengths: size > 0 ? found.map((strength) => strength / size) : found.fill(1), lead: enough.lead };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const rootMeanSquare = (values: Float64Array) => Math.sqrt(mean(values.map((value) => value * value)));
