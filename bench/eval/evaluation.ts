/** What an evaluation is handed and what it gives back. */
import type { Picture } from '../../src/core/picture.ts';
import type { Catalogue, Installed } from '../../src/engine/catalogue.ts';
import type { Device } from '../../src/engine/device.ts';
import type { Engine } from '../../src/engine/engine.ts';

export interface EvaluationDeps {
  catalogue: Catalogue;
  engine: Engine;
  device: Device;
  installed: Installed;
  /** One line for the person who waits. */
  say: (line: string) => void;
}

export interface EvaluationOptions {
  /** How many pictures; fewer are quicker and say less. */
  count?: number;
  steps?: number;
  guidance?: number;
  /** Graphs of others to measure beside. */
  beside?: string[];
}

export interface Figure {
  name: string;
  value: number;
  /** What the same measure gives for the best that is possible here, or for doing nothing. */
  beside?: Record<string, number>;
  unit: '%' | 'dB' | 'ms' | '';
  n: number;
}

export interface Evaluation {
  figures: Figure[];
  /** Under what conditions: steps, guidance, sampler. */
  conditions: string;
  sheet: { pictures: Picture[]; columns: number };
}

export type Evaluate = (deps: EvaluationDeps, options: EvaluationOptions) => Promise<Evaluation>;
