import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GraphWriter } from '../../scripts/bench/onnx-writer.mjs';
import { ROOT } from '../../scripts/build.mjs';
import type { serve } from '../../scripts/serve.mjs';
import { random } from '../unit/engine/helpers';

type Intercept = NonNullable<Parameters<typeof serve>[0]['intercept']>;

interface Listing {
  files: { role?: string }[];
}

/** A speaker network that projects the mean spectrum of a piece onto 128 numbers. */
function speakerNetwork(): Buffer {
  const next = random(9);
  const graph = new GraphWriter();
  const mean = graph.node('ReduceMean', ['logMel'], { axes: [1], keepdims: 0 });
  const middle = graph.weight([1, 80], new Float32Array(80).fill(5));
  const centred = graph.node('Add', [mean, middle]);
  const projection = Float32Array.from({ length: 80 * 128 }, () => next() - 0.5);
  graph.node('MatMul', [centred, graph.weight([80, 128], projection)], {}, 'embedding');
  return Buffer.from(graph.save({ name: 'logMel', dims: [1, 0, 80] }, { name: 'embedding', dims: [1, 128] }));
}

/** Publishes a small speaker network in place of the trained one, so that these tests do not depend on its quality. */
export function withSpeaker(): Intercept {
  const network = speakerNetwork();
  const manifest = JSON.parse(readFileSync(join(ROOT, 'models/published/manifest.json'), 'utf8')) as Listing;
  const entry = {
    file: 'test-speaker.onnx',
    kind: 'network',
    role: 'speaker',
    lookAheadFrames: 0,
    stateShapes: [],
    licence: 'MIT',
    origin: 'made by a test',
    bytes: network.length,
    sha256: createHash('sha256').update(network).digest('hex'),
  };
  manifest.files = [...manifest.files.filter((file) => file.role !== 'speaker'), entry];
  const answers = new Map<string, Buffer>([
    ['/models/manifest.json', Buffer.from(JSON.stringify(manifest))],
    ['/models/test-speaker.onnx', network],
  ]);
  return (request, response) => {
    const answer = answers.get(request.url ?? '');
    if (!answer) return false;
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('Content-Length', answer.length);
    response.end(answer);
    return true;
  };
}
