import { named, type Condition, type Confidences } from '../engine/analysis/conditions';

/** What is heard, and what to do about it. */
export const CONDITION_TEXTS: Record<Condition, { heard: string; advice: string }> = {
  voices: {
    heard: 'Other people are talking',
    advice: 'come closer to the microphone, or wait until it is quieter',
  },
  hall: { heard: 'A lot of echo', advice: 'come closer to the microphone' },
  noise: {
    heard: 'Noise or music in the background',
    advice: 'turn it off, or come closer to the microphone',
  },
  far: { heard: 'You are far from the microphone', advice: 'come closer, to about 30 cm' },
  rumble: {
    heard: 'A low rumble, as of wind or traffic',
    advice: 'shield the microphone, or put it on something soft',
  },
  whisper: { heard: 'A whisper', advice: 'speak aloud, and more of the words will be understood' },
  hum: { heard: 'A hum, as of the mains', advice: 'unplug the charger, or use another cable or socket' },
  quiet: { heard: 'Very quiet', advice: 'come closer to the microphone, or turn it up' },
};

/** One sentence for each named condition, that which costs most words first. */
export function conditionWarnings(found: Confidences | null): string[] {
  if (!found) return [];
  return named(found).map((name) => `${CONDITION_TEXTS[name].heard}: ${CONDITION_TEXTS[name].advice}.`);
}
