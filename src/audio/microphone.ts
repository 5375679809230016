import { AudioError } from './errors';

/** Parts of error messages that depend on what microphone or speakers are opened for. */
export interface MicrophoneWords {
  /** "nothing was recorded" */
  safe: string;
  /** "record again" */
  again: string;
  /** "; or drop a recording here instead" */
  instead: string;
}

export const RECORDING: MicrophoneWords = {
  safe: 'nothing was recorded',
  again: 'record again',
  instead: '; or drop a recording here instead',
};

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
export async function openMicrophone(
  deviceId: string | undefined,
  words: MicrophoneWords = RECORDING,
): Promise<MediaStream> {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  if (!mediaDevices) {
    throw new AudioError(
      'unsupported',
      `This page may not use a microphone here: browsers allow that only over https or on this computer itself. ${capital(words.safe)}. Open the page at such an address, then ${words.again}${words.instead}.`,
    );
  }
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const audio = { ...plain, ...(deviceId && { deviceId: { exact: deviceId } }) };
  try {
    return await mediaDevices.getUserMedia({ audio });
  } catch (cause) {
    // The chosen microphone is gone: fall back to the default one.
    if (deviceId && isNamed(cause, 'OverconstrainedError')) return openMicrophone(undefined, words);
    throw explain(cause, words);
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

function explain(cause: unknown, { safe, again, instead }: MicrophoneWords): AudioError {
  if (isNamed(cause, 'NotAllowedError', 'SecurityError')) {
    return new AudioError(
      'permission-denied',
      `The microphone is not allowed for this page, so ${safe}. Allow it with the icon next to the address, then ${again}${instead}.`,
      { cause },
    );
  }
  if (isNamed(cause, 'NotFoundError', 'OverconstrainedError')) {
    return new AudioError(
      'no-microphone',
      `No microphone was found, so ${safe}. Plug one in and ${again}${instead}.`,
      { cause },
    );
  }
  return new AudioError(
    'device-busy',
    `The microphone could not be opened, perhaps because another program is using it; ${safe}. Close that program or choose another microphone, then ${again}.`,
    { cause },
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
