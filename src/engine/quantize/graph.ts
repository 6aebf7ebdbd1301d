/** A float graph whose products can be made of integers, one by one or together. */
import { dirname } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { Device } from '../device.ts';
import { openGraph } from '../onnx/edit.ts';
import { decodeWeight, type Initializer } from '../onnx/initializer.ts';
import type { Model } from '../onnx/model.ts';
import type { Operation } from '../onnx/node.ts';
import { traceGraph } from '../onnx/trace.ts';
import { readWeight } from '../onnx/weights.ts';
import { type Feeds, measureRanges } from './calibrate.ts';
import { findQuantizable, type Quantizable, quantizeConv, quantizeMatMul, replaceNodes } from './rewrite.ts';

export interface Quantizer {
  /** Everything that could be of integers. */
  candidates: readonly Quantizable[];
  /** Where the graph's external data lies. */
  folder: string;
  /** The graph with these of them so. */
  with(chosen: readonly Quantizable[]): Promise<Model>;
}

const LEAST_OPSET = 13; // scales per channel

/** `feeds`: of real runs, from which the convolutions' ranges are measured. */
export async function createQuantizer(device: Device, file: string, feeds: readonly Feeds[]): Promise<Quantizer> {
  const folder = dirname(file);
  const model = await openGraph(file);
  const version = model.opsets.get('') ?? 1;
  if (version < LEAST_OPSET)
    throw new AppError(
      'invalid_request',
      `${file} is of ONNX operator set ${version}; ${LEAST_OPSET} or newer is needed. Export the model again.`,
    );
  if (model.inputs.some(({ type }) => type === 'float16'))
    throw new AppError('invalid_request', `${file} computes in float16; int8 copies are made of float32 exports.`);
  const { behind } = traceGraph(model);
  const floatsOf = async (weight: Initializer) => decodeWeight(weight, await readWeight(weight, folder));
  const biasOf = ({ inputs }: Operation) => (inputs[2] ? behind(inputs[2])?.weight : undefined);
  const candidates = findQuantizable(model).filter(
    ({ kind, node }) => kind === 'matmul' || !node.inputs[2] || biasOf(node),
  );
  const convs = candidates.filter(({ kind }) => kind === 'conv');
  const watched = new Set(convs.flatMap(({ node }) => [node.inputs[0]!, node.outputs[0]!]));
  const ranges = await measureRanges(device, { model, folder }, [...watched], feeds);

  return {
    candidates,
    folder,
    async with(chosen) {
      const replacements: Parameters<typeof replaceNodes>[1] = new Map();
      for (const each of chosen) {
        const bias = biasOf(each.node);
        const replacement =
          each.kind === 'matmul'
            ? await quantizeMatMul(each, floatsOf)
            : await quantizeConv(each, floatsOf, bias && (await floatsOf(bias)), ranges);
        replacements.set(each.node, replacement);
      }
      return replaceNodes(model, replacements);
    },
  };
}
