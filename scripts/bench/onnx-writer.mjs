/**
 * The subset of the ONNX format (onnx.proto3, IR version 8) for a float32 graph with embedded weights.
 */
const FLOAT = 1;
const ATTRIBUTE = { float: 1, int: 2, ints: 7 };

/** @typedef {number | { float: number } | number[]} AttributeValue */

/** Collects nodes and weights; `save` returns the bytes of the model. */
export class GraphWriter {
  /** @type {Uint8Array[]} */
  nodes = [];
  /** @type {Uint8Array[]} */
  weights = [];
  count = 0;

  /**
   * @param {string} type
   * @param {string[]} inputs
   * @param {Record<string, AttributeValue>} [attributes]
   * @param {string} [output]
   * @returns {string} the output's name
   */
  node(type, inputs, attributes = {}, output = `t${this.count++}`) {
    this.nodes.push(
      join(
        ...inputs.map((input) => text(1, input)),
        text(2, output),
        text(4, type),
        ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
      ),
    );
    return output;
  }

  /**
   * @param {number[]} dims
   * @param {Float32Array} values
   * @returns {string}
   */
  weight(dims, values) {
    const name = `w${this.weights.length}`;
    const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.weights.push(
      join(...dims.map((dim) => varint(1, dim)), varint(2, FLOAT), text(8, name), bytes(9, raw)),
    );
    return name;
  }

  /**
   * @param {{ name: string, dims: number[] }} input
   * @param {{ name: string, dims: number[] }} output
   */
  save(input, output) {
    const graph = join(
      ...this.nodes.map((node) => bytes(1, node)),
      text(2, 'graph'),
      ...this.weights.map((weight) => bytes(5, weight)),
      bytes(11, valueInfo(input)),
      bytes(12, valueInfo(output)),
    );
    return join(varint(1, 8), bytes(7, graph), bytes(8, varint(2, 17)));
  }
}

/** @param {{ name: string, dims: number[] }} value */
function valueInfo({ name, dims }) {
  // 0 stands for a dimension of any size.
  const shape = join(...dims.map((dim) => bytes(1, dim === 0 ? new Uint8Array(0) : varint(1, dim))));
  return join(text(1, name), bytes(2, bytes(1, join(varint(1, FLOAT), bytes(2, shape)))));
}

/**
 * @param {string} name
 * @param {AttributeValue} value
 */
function attribute(name, value) {
  if (Array.isArray(value))
    return join(text(1, name), ...value.map((each) => varint(8, each)), varint(20, ATTRIBUTE.ints));
  if (typeof value === 'number') return join(text(1, name), varint(3, value), varint(20, ATTRIBUTE.int));
  const single = new Uint8Array(Float32Array.of(value.float).buffer);
  return join(text(1, name), tag(2, 5), single, varint(20, ATTRIBUTE.float));
}

/**
 * @param {number} field
 * @param {number} wire
 */
function tag(field, wire) {
  return number(field * 8 + wire);
}

/**
 * @param {number} field
 * @param {number} value
 */
function varint(field, value) {
  return join(tag(field, 0), number(value));
}

/**
 * @param {number} field
 * @param {string} value
 */
function text(field, value) {
  return bytes(field, new TextEncoder().encode(value));
}

/**
 * @param {number} field
 * @param {Uint8Array} content
 */
function bytes(field, content) {
  return join(tag(field, 2), number(content.length), content);
}

/** @param {number} value non-negative, written as a base-128 varint */
function number(value) {
  const out = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...out, rest]);
    out.push((rest % 128) + 128);
  }
}

/** @param {...Uint8Array} parts */
function join(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
