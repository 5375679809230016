import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listRecordings, makeFolder, openHarness, requireFile, stemOf } from './harness.mjs';
import { command, eachFile } from './output.mjs';

const USAGE =
  'npm run convert -- <in file|folder> <out folder> (--voice <id> | --voice-file <file.understudy>) [--backend wasm|webgpu|auto] [--ear auto|small] [--format wav|mp3|m4a|opus] [--pitch semitones] [--formant ratio] [--sound room|recorded]';

const FORMATS = ['wav', 'mp3', 'm4a', 'opus'];

await command(async () => {
  const { input, outFolder, voice: named, voiceFile, backend, ear, format, controls } = readArguments();
  const files = await listRecordings(input);
  if (voiceFile) await requireFile(voiceFile);
  await makeFolder(outFolder);
  const harness = await openHarness({ webgpu: backend === 'webgpu' });
  try {
    const status = await harness.page.evaluate((options) => window.understudy?.load(options), {
      backend,
      // A GPU emulated in software is accepted only where WebGPU is requested explicitly.
      allowSoftwareGpu: backend === 'webgpu',
    });
    if (ear === 'auto') await harness.page.evaluate(() => window.understudy?.prefetchEar());
    const voices = status?.voices.map((each) => each.id) ?? [];
    const guest =
      voiceFile &&
      (await harness.page.evaluate(
        (address) => window.understudy?.openVoiceFile(address),
        harness.addressOf(voiceFile),
      ));
    const voice = guest ?? named ?? '';
    if (!guest && !voices.includes(voice))
      throw new Error(`There is no voice "${voice}"; there are ${voices.join(', ')}.`);
    const withSound = status?.voices.filter((each) => each.hasRecordedSound).map((each) => each.id) ?? [];
    if (controls.sound === 'recorded' && !withSound.includes(voice))
      throw new Error(`"${voice}" has no sound of a recording; ${withSound.join(', ') || 'no voice'} has.`);
    /** @type {Set<string>} */
    const written = new Set();
    await eachFile(files, async (file) => {
      const out = join(outFolder, `${stemOf(file)}.${format}`);
      if (written.has(out)) throw new Error(`another file has already been written to ${out}.`);
      written.add(out);
      const job = {
        input: harness.addressOf(file),
        name: file,
        output: harness.addressOf(out),
        voice,
        ear,
        format,
        controls,
      };
      const result = await harness.page.evaluate((each) => window.understudy?.convert(each), job);
      if (!result) throw new Error('the page gave no answer.');
      const { seconds, rtf, warnings } = result;
      const means = { backend: result.backend, ear: result.ear, denoised: result.isDenoised };
      return { file, out, voice, seconds: round(seconds), rtf: round(rtf), ...means, warnings };
    });
  } finally {
    await harness.close();
  }
});

/** @param {number} value */
function round(value) {
  return Number(value.toPrecision(4));
}

/**
 * Joins `--pitch -1` to `--pitch=-1`, since parseArgs takes an argument with a hyphen for another option.
 *
 * @param {string[]} args
 */
function joinNegatives(args) {
  return args.flatMap((arg, i) => {
    if (/^-[\d.]/.test(arg) && args[i - 1]?.startsWith('--')) return [];
    const next = args[i + 1] ?? '';
    return arg.startsWith('--') && /^-[\d.]/.test(next) ? [`${arg}=${next}`] : [arg];
  });
}

function readArguments() {
  const { values, positionals } = parseArgs({
    args: joinNegatives(process.argv.slice(2)),
    allowPositionals: true,
    options: {
      voice: { type: 'string' },
      'voice-file': { type: 'string' },
      backend: { type: 'string', default: 'auto' },
      ear: { type: 'string', default: 'auto' },
      format: { type: 'string', default: 'wav' },
      pitch: { type: 'string', default: '0' },
      formant: { type: 'string', default: '1' },
      sound: { type: 'string', default: 'room' },
    },
  });
  const [input, outFolder] = positionals;
  const { voice, 'voice-file': voiceFile, backend, ear, format, sound } = values;
  const isOne = Boolean(voice) !== Boolean(voiceFile);
  if (!input || !outFolder || positionals.length > 2 || !isOne) throw new Error(`Usage: ${USAGE}`);
  if (backend !== 'wasm' && backend !== 'webgpu' && backend !== 'auto') {
    throw new Error(`--backend is wasm, webgpu or auto, not "${backend}".`);
  }
  if (ear !== 'auto' && ear !== 'small') throw new Error(`--ear is auto or small, not "${ear}".`);
  if (!FORMATS.includes(format)) throw new Error(`--format is wav, mp3, m4a or opus, not "${format}".`);
  if (sound !== 'room' && sound !== 'recorded')
    throw new Error(`--sound is room or recorded, not "${sound}".`);
  const pitchShiftSt = Number(values.pitch);
  const formantRatio = Number(values.formant);
  if (!(Math.abs(pitchShiftSt) <= 24)) throw new Error('--pitch is a number of semitones from -24 to 24.');
  if (!(formantRatio >= 0.7 && formantRatio <= 1.4)) throw new Error('--formant is a ratio from 0.7 to 1.4.');
  return {
    input,
    outFolder,
    voice,
    voiceFile,
    backend: /** @type {'wasm' | 'webgpu' | 'auto'} */ (backend),
    ear: /** @type {'auto' | 'small'} */ (ear),
    format: /** @type {'wav' | 'mp3' | 'm4a' | 'opus'} */ (format),
    controls: { pitchShiftSt, formantRatio, sound: /** @type {'room' | 'recorded'} */ (sound) },
  };
}
