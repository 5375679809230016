import { ADAPTER_SHAPE, CODE_SIZE, TIMBRE_BANDS } from '../engine/shapes';
import type { RecordedSound, VoiceData } from '../engine/voice';

/** Formats a `.voice` file, which `parseVoice` reads. */
export function formatVoice(voice: VoiceData): Uint8Array<ArrayBuffer> {
  const { embedding, codebook, timbre, colour, adapter, recorded } = voice;
  const codes = codebook.length / CODE_SIZE;
  const arrays = [
    { name: 'embedding', dtype: 'float32', shape: [embedding.length], values: embedding },
    { name: 'codebook', dtype: 'float16', shape: [codes, CODE_SIZE], values: codebook },
    { name: 'timbre', dtype: 'float16', shape: [codes, TIMBRE_BANDS], values: timbre },
    ...(colour ? [{ name: 'colour', dtype: 'float32', shape: [colour.length], values: colour }] : []),
    ...(adapter ? [{ name: 'adapter', dtype: 'float16', shape: ADAPTER_SHAPE, values: adapter }] : []),
    ...(recorded ? recordedArrays(recorded) : []),
  ];
  let offset = 0;
  const entries = arrays.map(({ name, dtype, shape, values }) => {
    const entry = { name, dtype, shape, offset };
    offset += values.length * (dtype === 'float32' ? 4 : 2);
    return entry;
  });
  const { id, name, medianF0Hz, f0StdSt, speechLevelDb, retrievalBlend, textureBlend } = voice;
  const header = {
    id,
    name,
    medianF0Hz,
    f0StdSt,
    speechLevelDb,
    retrievalBlend,
    textureBlend,
    ...(recorded && { recorded: recordedFacts(recorded) }),
    arrays: entries,
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = json.length + ((4 - ((8 + json.length) % 4)) % 4);
  const file = new Uint8Array(8 + headerBytes + offset);
  file.set(new TextEncoder().encode('UDV1'));
  file.fill(0x20, 8, 8 + headerBytes);
  file.set(json, 8);
  const view = new DataView(file.buffer);
  view.setUint32(4, headerBytes, true);
  arrays.forEach(({ dtype, values }, i) => {
    const start = 8 + headerBytes + entries[i]!.offset;
    values.forEach((value, j) => {
      if (dtype === 'float32') view.setFloat32(start + 4 * j, value, true);
      else view.setUint16(start + 2 * j, floatToHalf(value), true);
    });
  });
  return file;
}

function recordedFacts({ wowRateHz, wowDepth, medianF0Hz }: RecordedSound) {
  return { wowRateHz, wowDepth, medianF0Hz };
}

function recordedArrays({ band, noise }: RecordedSound) {
  return [
    { name: 'recordedBand', dtype: 'float32', shape: [band.length], values: band },
    { name: 'recordedNoise', dtype: 'float32', shape: [noise.length], values: noise },
  ];
}

const scratch = new DataView(new ArrayBuffer(4));

/** Number -> IEEE 754 binary16 bits, rounded to nearest; larger magnitudes become 65504. */
export function floatToHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (magnitude >= 65504) return sign | 0x7bff;
  if (magnitude < 2 ** -14) return sign | Math.round(magnitude * 2 ** 24);
  const exponent = ((bits >>> 23) & 0xff) - 112;
  // A fraction that rounds up to 1 correctly carries into the exponent.
  return sign | ((exponent << 10) + Math.round((bits & 0x7fffff) / 8192));
}
