import { decodeFile } from '../../audio/decode';
import { startContext } from '../../audio/audio-context';
import { listDevices } from '../../audio/microphone';
import { Recorder } from '../../audio/recorder';
import { DEFAULT_CONTROLS, type VoiceSummary } from '../../engine/types';
import { exportTake } from '../../export/export';
import { m } from '../../text/messages';
import { measureLoopback } from '../../realtime/session/loopback';
import type { ConversionClient } from '../../services/conversion-client.svelte';
import { detect } from '../../services/detection-client';
import { modelsUrl } from '../../services/models-url';
import type { Scope } from '../../services/scope';
import { checkNetworks, probeStorage } from '../../store/device/health';
import { storageState } from '../../store/space';
import { dataSize, number } from '../../text/format';
import { voiceName } from '../../ui/voice-words';
import { Failed, type Check } from './self-test.svelte';

/** Below this peak a microphone is taken to be muted: -80 dB. */
const MUTED_PEAK = 1e-4;
const LISTEN_MS = 1500;
const SAMPLE = 'sample/sample.wav';
/** Enough for the mark, which needs 2 s. */
const TEST_SECONDS = 5;
export interface Tested {
  scope: Scope;
  converter: ConversionClient;
  deviceId: string;
  /** The voice to convert to. */
  voiceId: string | undefined;
}

/** The self-test, in the order in which it is made. */
export function checksOf(tested: Tested): Check[] {
  return [
    { name: m.staff_check_microphone, run: () => checkMicrophone(tested.deviceId) },
    { name: m.staff_check_speaker, run: checkSpeaker },
    { name: m.staff_check_loopback, run: () => checkLoopback(tested.deviceId) },
    { name: m.staff_check_storage, run: checkStorage },
    { name: m.staff_check_networks, run: checkFiles },
    { name: m.staff_check_mark, run: (signal) => checkMark(tested, signal) },
  ];
}

async function checkMicrophone(deviceId: string): Promise<string> {
  let peak = 0;
  const recorder = new Recorder({
    ...(deviceId && { deviceId }),
    isKept: false,
    onLevel: (level) => (peak = Math.max(peak, level.peak)),
  });
  try {
    await recorder.start();
    // eslint-disable-next-line understudy/owned-by-scope -- the check ends by itself
    await new Promise((resolve) => setTimeout(resolve, LISTEN_MS));
  } finally {
    recorder.close();
  }
  if (peak < MUTED_PEAK) throw new Failed(m.staff_microphone_muted());
  return m.staff_microphone_level({ level: number(20 * Math.log10(peak)) });
}

async function checkSpeaker(): Promise<string> {
  const context = new AudioContext();
  try {
    await startContext(context, 'test');
    const outputs = await listDevices('audiooutput');
    return m.staff_speaker_runs({ count: outputs.length, rate: context.sampleRate });
  } finally {
    await context.close();
  }
}

async function checkLoopback(deviceId: string): Promise<string> {
  const delayMs = await measureLoopback(deviceId, '');
  if (delayMs === null) throw new Failed(m.staff_loopback_silent());
  return m.staff_loopback_delay({ delay: number(delayMs) });
}

async function checkStorage(): Promise<string> {
  await probeStorage();
  const { usedBytes, quotaBytes, persisted } = await storageState();
  const used = dataSize(usedBytes);
  const quota = quotaBytes === null ? '?' : dataSize(quotaBytes);
  return persisted ? m.staff_storage_kept({ used, quota }) : m.staff_storage_evictable({ used, quota });
}

async function checkFiles(): Promise<string> {
  const { files, bytes, missing, hasEar } = await checkNetworks(modelsUrl());
  if (missing.length > 0) throw new Failed(m.staff_networks_missing({ files: missing.join(', ') }));
  const size = dataSize(bytes);
  return hasEar ? m.staff_networks_all({ files, size }) : m.staff_networks_no_ear({ files, size });
}

/** Converts a test sound, exports it and looks for the mark in the file. */
async function checkMark({ scope, converter, voiceId }: Tested, signal: AbortSignal): Promise<string> {
  const { voices } = await converter.load();
  const voice = voices.find(({ id }) => id === voiceId);
  if (!voice) throw new Failed(m.staff_mark_no_voice());
  const { samples, rtf, consent, voiceData } = await convertSample(converter, voice, signal);
  const use = 'preview' as const;
  const about = { voiceId: voice.id, voiceName: voice.name, consent, voiceData, voice, use };
  const { blob, payload } = await exportTake(samples, 24000, 'wav', about, { signal });
  const file = await decodeFile(blob, 'self-test.wav');
  const found = await detect(scope, file.samples, file.sampleRateHz, () => undefined, signal);
  if (found.present !== 'yes' || found.payload?.id24 !== payload.id24)
    throw new Failed(m.staff_mark_missing());
  return m.staff_mark_found({ voice: voiceName(voice), speed: number(1 / rtf, 1) });
}

async function convertSample(converter: ConversionClient, voice: VoiceSummary, signal: AbortSignal) {
  const response = await fetch(SAMPLE);
  const { samples, sampleRateHz } = await decodeFile(await response.blob(), SAMPLE, { signal });
  return converter.convert({
    samples: samples.slice(0, TEST_SECONDS * sampleRateHz),
    sampleRateHz,
    voiceId: voice.id,
    controls: DEFAULT_CONTROLS,
    onProgress: () => undefined,
    signal,
    use: 'preview',
  });
}
