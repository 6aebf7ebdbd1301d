"""Converts an upscaler of @upscalerjs (TensorFlow.js layers) to ONNX, to measure ours beside it. It is not shipped.

    npm install --ignore-scripts --legacy-peer-deps --prefix U @upscalerjs/esrgan-slim@1.0.0
    python3 convert_esrgan.py --model U/node_modules/@upscalerjs/esrgan-slim/models/x4/model.json --out esrgan-slim-x4.onnx
    npm run -s eval -- upscale-x4 --beside esrgan-slim-x4.onnx

The graph takes and gives NCHW, RGB, 0 to 255. esrgan-slim is MIT-licensed, © Kevin Scott; it was trained on DIV2K.
"""
import argparse
import json
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ACTIVATIONS = {'relu': 'Relu', 'sigmoid': 'Sigmoid', 'tanh': 'Tanh'}


def weights_of(path, manifest):
    out = {}
    for group in manifest:
        content = b''.join(open(os.path.join(os.path.dirname(path), p), 'rb').read() for p in group['paths'])
        at = 0
        for weight in group['weights']:
            quantised = weight.get('quantization')
            dtype = np.dtype(quantised['dtype'] if quantised else weight['dtype'])
            count = int(np.prod(weight['shape']))
            values = np.frombuffer(content, dtype, count, at).astype(np.float32)
            at += count * dtype.itemsize
            if quantised and 'scale' in quantised:
                values = values * quantised['scale'] + quantised['min']
            out[weight['name']] = values.reshape(weight['shape'])
    return out


def names_in(inbound):
    """Keras nests the names of a layer's inputs."""
    found = []
    for entry in inbound:
        if isinstance(entry, list):
            found += [entry[0]] if entry and isinstance(entry[0], str) else names_in(entry)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--model', required=True)
    parser.add_argument('--out', required=True)
    args = parser.parse_args()
    with open(args.model) as f:
        described = json.load(f)
    weights = weights_of(args.model, described['weightsManifest'])
    config = described['modelTopology']['model_config']['config']
    nodes, constants, outputs = [], [], {}

    def constant(name, values):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(kind, inputs, name, **attributes):
        nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    for layer in config['layers']:
        name, kind, about = layer['name'], layer['class_name'], layer['config']
        inputs = [outputs[i] for i in names_in(layer['inbound_nodes'])]
        if kind == 'InputLayer':
            outputs[name] = 'image'
        elif kind == 'Conv2D':
            kernel = next(v for k, v in weights.items() if k.endswith(f'{name}/kernel'))
            bias = [constant(f'{name}_bias', v) for k, v in weights.items() if k.endswith(f'{name}/bias')]
            h, w = kernel.shape[:2]
            assert about['strides'] == [1, 1] and (about['padding'] == 'same' or h == w == 1), about
            outputs[name] = node('Conv', [inputs[0], constant(f'{name}_kernel', kernel.transpose(3, 2, 0, 1)), *bias], f'{name}_out',
                                 kernel_shape=[h, w], pads=[(h - 1) // 2, (w - 1) // 2, h // 2, w // 2])
            if about['activation'] != 'linear':
                outputs[name] = node(ACTIVATIONS[about['activation']], [outputs[name]], f'{name}_active')
        elif kind == 'Activation':
            outputs[name] = node(ACTIVATIONS[about['activation']], inputs, f'{name}_out')
        elif kind == 'Add':
            outputs[name] = node('Sum', inputs, f'{name}_out')
        elif kind == 'Concatenate':
            outputs[name] = node('Concat', inputs, f'{name}_out', axis=1)
        elif kind == 'UpSampling2D':
            assert about['interpolation'] == 'nearest', about
            scales = constant(f'{name}_scales', np.array([1, 1, *about['size']], np.float32))
            outputs[name] = node('Resize', [inputs[0], '', scales], f'{name}_out', mode='nearest', coordinate_transformation_mode='asymmetric', nearest_mode='floor')
        elif kind.startswith('PixelShuffle'):
            outputs[name] = node('DepthToSpace', inputs, f'{name}_out', blocksize=int(kind.replace('PixelShuffle', '').replace('x', '')), mode='DCR')
        else:
            raise SystemExit(f'{name}: layers of kind {kind} are not expected')
    last = config['output_layers']
    last = last[0] if isinstance(last[0], str) else names_in(last)[0]
    node('Identity', [outputs[last]], 'enlarged')
    graph = helper.make_graph(nodes, 'esrgan', [helper.make_tensor_value_info('image', TensorProto.FLOAT, ['n', 3, 'h', 'w'])],
                              [helper.make_tensor_value_info('enlarged', TensorProto.FLOAT, ['n', 3, 'H', 'W'])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], producer_name='atelier')
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, args.out)
    print(f'{args.out}: {os.path.getsize(args.out):,} bytes, {sum(v.size for v in weights.values()):,} parameters')


if __name__ == '__main__':
    main()
