/** A graph between pictures, changed at its ends: bytes go in and come out, as pictures have them. */
import { bytesOf, type ElementType, elementId } from './elements.ts';
import { type Initializer, inlineInitializer } from './initializer.ts';
import { feedsOf, type Model, type Value, value } from './model.ts';
import { type Operation, operation } from './node.ts';

/** The input, or the output, that is a picture. */
export interface PictureEnd {
  /** Absent: the first. */
  name?: string | undefined;
  /** What black and white are in it. */
  range: readonly [black: number, white: number];
}

export interface PixelEnds {
  takes?: PictureEnd;
  gives?: PictureEnd;
  /** Of the graph's own planes. */
  layout?: 'NCHW' | 'NHWC';
}

/** What these ends are called: uint8 [1, height, width, channels]. */
export const PIXELS = { in: 'atelier.pixels.in', out: 'atelier.pixels.out' };

interface End {
  nodes: Operation[];
  weights: Initializer[];
}

/** With `gives` the graph has no other output. */
export function withPixelEnds(model: Model, { takes, gives, layout = 'NCHW' }: PixelEnds): Model {
  const named = (values: readonly Value[], { name }: PictureEnd) =>
    values.find((one) => one.name === name) ?? values[0]!;
  const from = takes && named(feedsOf(model), takes);
  const to = gives && named(model.outputs, gives);
  const first = from && beginning(from, takes.range, layout);
  const last = to && ending(to, gives.range, layout);
  const shape = layout === 'NCHW' ? [0, 2, 3, 1].map((at) => from?.dims[at] ?? '?') : from?.dims;
  return {
    ...model,
    nodes: [...(first?.nodes ?? []), ...model.nodes, ...(last?.nodes ?? [])],
    initializers: [...model.initializers, ...(first?.weights ?? []), ...(last?.weights ?? [])],
    inputs: model.inputs.map((input) => (input === from ? value(PIXELS.in, 'uint8', shape) : input)),
    outputs: last ? [value(PIXELS.out, 'uint8')] : model.outputs,
    opsets: new Map([...(last ? [[CONTRIB, 1] as const] : []), ...model.opsets]),
  };
}

type Layout = NonNullable<PixelEnds['layout']>;

/** black + byte · (white − black) / 255, in the type that the graph takes. */
function beginning({ name, type }: Value, [black, white]: PictureEnd['range'], layout: Layout): End {
  const at = (step: string) => `${PIXELS.in}.${step}`;
  const cast = (from: string, to: string, type: ElementType) =>
    operation({ op: 'Cast', inputs: [from], outputs: [to], name: `${to}/Cast`, attributes: { to: elementId(type) } });
  const planes = layout === 'NCHW' ? at('planes') : PIXELS.in;
  const floats = type === undefined || type === 'float32';
  const ready = floats ? name : at('ready');
  return {
    nodes: [
      ...(layout === 'NCHW' ? [transpose(PIXELS.in, planes, [0, 3, 1, 2])] : []),
      cast(planes, at('floats'), 'float32'),
      operation({ op: 'Mul', inputs: [at('floats'), at('scale')], outputs: [at('scaled')], name: at('Mul') }),
      operation({ op: 'Add', inputs: [at('scaled'), at('black')], outputs: [ready], name: at('Add') }),
      ...(floats ? [] : [cast(ready, name, type)]),
    ],
    weights: [number(at('scale'), (white - black) / BYTE), number(at('black'), black)],
  };
}

/** Rounded, halves to even, and kept within a byte. */
function ending({ name, type }: Value, [black, white]: PictureEnd['range'], layout: Layout): End {
  const at = (step: string) => `${PIXELS.out}.${step}`;
  const floats = type === 'float32' ? name : at('floats');
  const bytes = layout === 'NCHW' ? at('bytes') : PIXELS.out;
  const cast = { op: 'Cast', inputs: [name], outputs: [floats], name: at('Cast') };
  const scaled = { op: 'Sub', inputs: [floats, at('black')], outputs: [at('above')], name: at('Sub') };
  const rounded = { op: 'Mul', inputs: [at('above'), at('scale')], outputs: [at('scaled')], name: at('Mul') };
  const inputs = [at('scaled'), at('one'), at('zero')];
  return {
    nodes: [
      ...(floats === name ? [] : [operation({ ...cast, attributes: { to: elementId('float32') } })]),
      operation(scaled),
      operation(rounded),
      operation({ op: 'QuantizeLinear', domain: CONTRIB, inputs, outputs: [bytes], name: at('QuantizeLinear') }),
      ...(layout === 'NCHW' ? [transpose(bytes, PIXELS.out, [0, 2, 3, 1])] : []),
    ],
    weights: [
      number(at('black'), black),
      number(at('scale'), BYTE / (white - black)),
      number(at('one'), 1),
      inlineInitializer(at('zero'), 'uint8', [], Uint8Array.of(0)),
    ],
  };
}

const BYTE = 255;
/** Has QuantizeLinear for graphs of any age; ONNX' own came with operator set 10. */
const CONTRIB = 'com.microsoft';

const transpose = (from: string, to: string, perm: number[]): Operation =>
  operation({ op: 'Transpose', inputs: [from], outputs: [to], name: `${to}/Transpose`, attributes: { perm } });

const number = (name: string, value: number): Initializer =>
  inlineInitializer(name, 'float32', [], bytesOf(Float32Array.of(value)));
