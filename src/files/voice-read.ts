import * as v from 'valibot';
import { EngineError } from '../engine/errors';
import { ADAPTER_SHAPE, BANDS, CODE_SIZE, TIMBRE_BANDS } from '../engine/shapes';
import type { VoiceData } from '../engine/voice';
import { m } from '../text/messages';

const MAGIC = 'UDV1';
const MAX_HEADER_BYTES = 65536;
const MAX_CODES = 8192;
const MAX_DIMENSION = 16384;

const range = (low: number, high: number) =>
  v.pipe(v.number(), v.finite(), v.minValue(low), v.maxValue(high));

const arraySchema = v.object({
  name: v.string(),
  dtype: v.picklist(['float32', 'float16']),
  shape: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_DIMENSION))),
    v.minLength(1),
    v.maxLength(2),
  ),
  offset: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

const headerSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  medianF0Hz: range(40, 800),
  f0StdSt: range(0, 48),
  speechLevelDb: range(-80, 0),
  retrievalBlend: range(0, 1),
  // Missing in the published voices, which leave the texture as it is.
  textureBlend: v.optional(range(0, 1), 0),
  /** Of the machine that recorded the voice; its arrays are `recordedBand` and `recordedNoise`. */
  recorded: v.optional(
    v.object({ wowRateHz: range(0.1, 20), wowDepth: range(0, 0.05), medianF0Hz: range(40, 800) }),
  ),
  arrays: v.pipe(v.array(arraySchema), v.maxLength(16)),
});

type Header = v.InferOutput<typeof headerSchema>;

/** Parses a `.voice` file. Throws `voice-corrupt` for any invalid content. */
export function parseVoice(file: ArrayBuffer): VoiceData {
  const { header, dataStart } = readHeader(file);
  const { arrays, recorded: measured, ...scalars } = header;
  const readShaped = (name: string, ...shape: number[]) => {
    const array = readArray(file, dataStart, header, name);
    if (array.shape.join() !== shape.join()) throw corrupt(m.files_part_shape({ part: name }));
    return array.values;
  };
  const readOptional = (name: string, ...shape: number[]) =>
    arrays.some((array) => array.name === name) ? readShaped(name, ...shape) : undefined;
  const embedding = readShaped('embedding', CODE_SIZE);
  const codebook = readArray(file, dataStart, header, 'codebook');
  const [codes = 0, size] = codebook.shape;
  if (size !== CODE_SIZE) throw corrupt(m.files_part_shape({ part: 'codebook' }));
  const timbre = readShaped('timbre', codes, TIMBRE_BANDS);
  const colour = readOptional('colour', BANDS);
  const adapter = readOptional('adapter', ...ADAPTER_SHAPE);
  const recorded = measured && {
    ...measured,
    band: readShaped('recordedBand', BANDS),
    noise: readShaped('recordedNoise', BANDS),
  };
  return {
    ...scalars,
    embedding,
    codebook: codebook.values,
    timbre,
    ...(colour && { colour }),
    ...(adapter && { adapter }),
    ...(recorded && { recorded }),
  };
}

function corrupt(why: string, cause?: unknown): EngineError {
  return new EngineError('voice-corrupt', m.files_data_corrupt({ why }), { cause });
}

function readHeader(file: ArrayBuffer): { header: Header; dataStart: number } {
  if (file.byteLength < 8) throw corrupt(m.files_too_short());
  if (String.fromCharCode(...new Uint8Array(file, 0, 4)) !== MAGIC) throw corrupt(m.files_no_voice_data());
  const headerBytes = new DataView(file).getUint32(4, true);
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > file.byteLength) throw corrupt(m.files_header());
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(file, 8, headerBytes)));
  } catch (cause) {
    throw corrupt(m.files_header(), cause);
  }
  const parsed = v.safeParse(headerSchema, raw);
  if (!parsed.success)
    throw corrupt(m.files_header_at({ where: v.getDotPath(parsed.issues[0]) ?? m.files_top() }));
  return { header: parsed.output, dataStart: 8 + headerBytes };
}

function readArray(
  file: ArrayBuffer,
  dataStart: number,
  header: Header,
  name: string,
): { shape: number[]; values: Float32Array } {
  const entry = header.arrays.find((array) => array.name === name);
  if (!entry) throw corrupt(m.files_part_missing({ part: name }));
  const count = entry.shape.reduce((product, size) => product * size, 1);
  const start = dataStart + entry.offset;
  const bytes = count * (entry.dtype === 'float32' ? 4 : 2);
  if (count > MAX_CODES * CODE_SIZE || start + bytes > file.byteLength)
    throw corrupt(m.files_part_past_end({ part: name }));
  const view = new DataView(file, start, bytes);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    values[i] =
      entry.dtype === 'float32' ? view.getFloat32(4 * i, true) : halfToFloat(view.getUint16(2 * i, true));
    if (!Number.isFinite(values[i])) throw corrupt(m.files_part_numbers({ part: name }));
  }
  return { shape: entry.shape, values };
}

/** IEEE 754 binary16 bits -> number. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
