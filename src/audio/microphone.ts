import { m } from '../text/messages';
import { AudioError } from './errors';

/** What a microphone or the speakers are opened for. */
export type Purpose = 'record' | 'play' | 'live' | 'measure' | 'test' | 'repair';

const SAFE: Record<Purpose, () => string> = {
  record: m.audio_safe_record,
  play: m.audio_safe_play,
  live: m.audio_safe_live,
  measure: m.audio_safe_measure,
  test: m.audio_safe_test,
  repair: m.audio_safe_repair,
};

const NEXT: Record<Purpose, () => string> = {
  record: m.audio_next_record,
  play: m.audio_next_play,
  live: m.audio_next_live,
  measure: m.audio_next_measure,
  test: m.audio_next_test,
  repair: m.audio_next_repair,
};

/** The sentences of an error that say what is safe, and what to do once its cause is removed. */
export function adviceFor(purpose: Purpose): { safe: string; next: string } {
  return { safe: SAFE[purpose](), next: NEXT[purpose]() };
}

/** Microphones or speakers; their labels are empty until the user has allowed a microphone. */
export async function listDevices(
  kind: 'audioinput' | 'audiooutput',
): Promise<Pick<MediaDeviceInfo, 'deviceId' | 'groupId' | 'label'>[]> {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  const devices = (await mediaDevices?.enumerateDevices()) ?? [];
  return devices
    .filter((device) => device.kind === kind)
    .map(({ deviceId, groupId, label }) => ({ deviceId, groupId, label }));
}

/**
 * Opens a microphone without echo cancellation, noise suppression and automatic gain, which change the voice.
 * Rejects with AudioError: `no-microphone`, `permission-denied`, `device-busy`, `unsupported`.
 */
export async function openMicrophone(deviceId: string | undefined, purpose: Purpose): Promise<MediaStream> {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  if (!mediaDevices) {
    throw new AudioError('unsupported', m.audio_insecure(adviceFor(purpose)));
  }
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const audio = { ...plain, ...(deviceId && { deviceId: { exact: deviceId } }) };
  try {
    return await mediaDevices.getUserMedia({ audio });
  } catch (cause) {
    // The chosen microphone is gone: fall back to the default one.
    if (deviceId && isNamed(cause, 'OverconstrainedError')) return openMicrophone(undefined, purpose);
    throw explain(cause, purpose);
  }
}

/** Whether the device of a track is gone, or another one has taken its place, as the default device does when one is plugged in. */
export async function isReplaced(track: MediaStreamTrack): Promise<boolean> {
  if (track.readyState !== 'live') return true;
  const settings = track.getSettings();
  const devices = await listDevices('audioinput').catch(() => []);
  const same = devices.find((device) => device.deviceId === settings.deviceId);
  return !same || (!!settings.groupId && !!same.groupId && same.groupId !== settings.groupId);
}

function isNamed(cause: unknown, ...names: string[]): boolean {
  return names.includes((cause as { name?: string } | null)?.name ?? '');
}

function explain(cause: unknown, purpose: Purpose): AudioError {
  const advice = adviceFor(purpose);
  if (isNamed(cause, 'NotAllowedError', 'SecurityError'))
    return new AudioError('permission-denied', m.audio_not_allowed(advice), { cause });
  if (isNamed(cause, 'NotFoundError', 'OverconstrainedError'))
    return new AudioError('no-microphone', m.audio_no_microphone(advice), { cause });
  return new AudioError('device-busy', m.audio_busy(advice), { cause });
}
