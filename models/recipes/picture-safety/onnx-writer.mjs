// Just enough of onnx.proto to write a graph: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (field numbers below).

const varint = (value) => {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
};
const lengthed = (field, bytes) => Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
const text = (field, value) => lengthed(field, Buffer.from(value));
const integer = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const message = (field, ...parts) => lengthed(field, Buffer.concat(parts));

const FLOAT = 1;
const UINT8 = 2;
const INT64 = 7;
const typeOf = (values) =>
  values instanceof Float32Array ? FLOAT : values instanceof Uint8Array ? UINT8 : values instanceof BigInt64Array ? INT64 : undefined;

export const intAttribute = (name, value) => message(5, text(1, name), integer(3, value), integer(20, 2));
export const intsAttribute = (name, values) =>
  message(5, text(1, name), ...values.map((v) => integer(8, v)), integer(20, 7));
export const textAttribute = (name, value) => message(5, text(1, name), text(4, value), integer(20, 3));

/** Collects nodes and constants; `bytes` closes the graph. */
export function createGraph({ name, opset, producer }) {
  const nodes = [];
  const constants = [];
  const dimension = (d) => (typeof d === 'string' ? message(1, text(2, d)) : message(1, integer(1, d)));
  const value = (field, { name: tensor, dims }) =>
    message(field, text(1, tensor), message(2, message(1, integer(1, FLOAT), message(2, ...dims.map(dimension)))));
  return {
    node(op, inputs, output, ...attributes) {
      nodes.push(message(1, ...inputs.map((i) => text(1, i)), text(2, output), text(3, output), text(4, op), ...attributes));
      return output;
    },
    constant(tensor, dims, values) {
      const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      constants.push(
        message(5, ...dims.map((d) => integer(1, d)), integer(2, typeOf(values)), text(8, tensor), lengthed(9, raw)),
      );
      return tensor;
    },
    bytes: ({ input, output }) =>
      Buffer.concat([
        integer(1, 8), // IR version
        text(2, producer),
        message(7, ...nodes, text(2, name), ...constants, value(11, input), value(12, output)),
        message(8, text(1, ''), integer(2, opset)),
      ]),
  };
}
