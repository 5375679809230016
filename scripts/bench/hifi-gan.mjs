import { GraphWriter } from './onnx-writer.mjs';

/** HiFi-GAN V1 (Kong et al. 2020, appendix A.1): 80 mel bands at 22 050 Hz, 256 samples a frame. */
export const HIFI_GAN = { bands: 80, rateHz: 22050, hopSamples: 256 };
const UPSAMPLING = [
  { stride: 8, kernel: 16 },
  { stride: 8, kernel: 16 },
  { stride: 2, kernel: 4 },
  { stride: 2, kernel: 4 },
];
const RESIDUAL_KERNELS = [3, 7, 11];
const DILATIONS = [1, 3, 5];
const WIDTH = 512;

/**
 * The generator with random weights, which costs as much as the trained one.
 *
 * @param {number} frames
 */
export function hifiGan(frames) {
  const graph = new GraphWriter();
  const leaky = (/** @type {string} */ x) => graph.node('LeakyRelu', [x], { alpha: { float: 0.1 } });
  const add = (/** @type {string} */ a, /** @type {string} */ b) => graph.node('Add', [a, b]);

  /**
   * @param {string} x
   * @param {number} from
   * @param {number} to
   * @param {number} kernel
   */
  const conv = (x, from, to, kernel, dilation = 1) => {
    const pad = ((kernel - 1) * dilation) / 2;
    const inputs = [x, noise(graph, [to, from, kernel]), noise(graph, [to])];
    return graph.node('Conv', inputs, { dilations: [dilation], pads: [pad, pad], kernel_shape: [kernel] });
  };

  /**
   * @param {string} x
   * @param {number} width
   * @param {number} kernel
   */
  const residual = (x, width, kernel) =>
    DILATIONS.reduce((y, dilation) => {
      const first = conv(leaky(y), width, width, kernel, dilation);
      return add(conv(leaky(first), width, width, kernel), y);
    }, x);

  let width = WIDTH;
  let x = conv('mel', HIFI_GAN.bands, width, 7);
  for (const { stride, kernel } of UPSAMPLING) {
    const pad = (kernel - stride) / 2;
    const inputs = [leaky(x), noise(graph, [width, width / 2, kernel]), noise(graph, [width / 2])];
    x = graph.node('ConvTranspose', inputs, { strides: [stride], pads: [pad, pad], kernel_shape: [kernel] });
    width /= 2;
    const [first, second, third] = RESIDUAL_KERNELS.map((each) => residual(x, width, each));
    const sum = add(add(String(first), String(second)), String(third));
    x = graph.node('Mul', [sum, graph.weight([1], Float32Array.of(1 / RESIDUAL_KERNELS.length))]);
  }
  graph.node('Tanh', [conv(leaky(x), width, 1, 7)], {}, 'audio');
  return graph.save(
    { name: 'mel', dims: [1, HIFI_GAN.bands, frames] },
    { name: 'audio', dims: [1, 1, frames * HIFI_GAN.hopSamples] },
  );
}

/**
 * @param {GraphWriter} graph
 * @param {number[]} dims
 */
function noise(graph, dims) {
  const size = dims.reduce((product, dim) => product * dim, 1);
  return graph.weight(
    dims,
    Float32Array.from({ length: size }, () => (Math.random() - 0.5) / 50),
  );
}
