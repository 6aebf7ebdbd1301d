/** A graph whose first input is changed channel by channel before anything else: gain · x + shift. */
import { feedsOf, type Model, type Value, value } from './model.ts';
import { operation } from './node.ts';

/** What the two new inputs are called: float32 [1, channels, 1, 1]. */
export const AFFINE = { gain: 'atelier.gain', shift: 'atelier.shift' };

/** Of a graph that takes float32 [1, channels, …]. */
export function withAffineInput(model: Model): Model {
  const [from] = feedsOf(model) as [Value, ...Value[]];
  const { gain, shift } = AFFINE;
  const [own, scaled] = ['atelier.affine.in', 'atelier.affine.scaled'];
  const channels = [1, from.dims[1] ?? '?', 1, 1];
  const named = (name: string) => value(name, 'float32', channels);
  return {
    ...model,
    nodes: [
      operation({ op: 'Mul', inputs: [own, gain], outputs: [scaled], name: 'atelier.affine.Mul' }),
      operation({ op: 'Add', inputs: [scaled, shift], outputs: [from.name], name: 'atelier.affine.Add' }),
      ...model.nodes,
    ],
    inputs: [
      ...model.inputs.map((input) => (input === from ? value(own, 'float32', from.dims) : input)),
      named(gain),
      named(shift),
    ],
  };
}
