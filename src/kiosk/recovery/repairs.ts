import { startContext } from '../../audio/audio-context';
import { openMicrophone } from '../../audio/microphone';
import type { ConversionClient } from '../../services/conversion-client.svelte';
import { rememberTime } from '../../store/device/clock';
import type { Repairs } from './recovery.svelte';

/** Repairs of the guide itself. */
export interface OfGuide {
  /** Loads and runs everything that visits need. */
  prepare: () => Promise<void>;
  /** The visitor's sound, while there is a visitor. */
  sound: () => { revive(): Promise<void> } | undefined;
}

/** What is done about each fault. */
export function repairsOf(converter: ConversionClient, { prepare, sound }: OfGuide): Repairs {
  return {
    start: prepare,
    // The converter has started a new worker already.
    worker: () => converter.load(),
    storage: () => converter.restart(),
    gpu: () => converter.restart(),
    sound: () => sound()?.revive() ?? trySpeaker(),
    microphone: tryMicrophone,
    clock: async () => {
      await rememberTime();
      // Permissions may have come into force or ended.
      await converter.refreshVoices();
    },
  };
}

async function trySpeaker(): Promise<void> {
  const context = new AudioContext();
  try {
    await startContext(context, 'repair');
  } finally {
    await context.close();
  }
}

/** Opens the microphone and closes it again. */
async function tryMicrophone(): Promise<void> {
  const stream = await openMicrophone(undefined, 'repair');
  for (const track of stream.getTracks()) track.stop();
}
