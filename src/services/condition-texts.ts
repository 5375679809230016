import { named, type Condition, type Confidences } from '../engine/analysis/conditions';
import { m } from '../text/messages';

/** What is heard, and what to do about it. */
export const CONDITION_TEXTS: Record<Condition, { heard: () => string; advice: () => string }> = {
  voices: { heard: m.services_condition_voices, advice: m.services_condition_voices_advice },
  hall: { heard: m.services_condition_hall, advice: m.services_condition_hall_advice },
  noise: { heard: m.services_condition_noise, advice: m.services_condition_noise_advice },
  far: { heard: m.services_condition_far, advice: m.services_condition_far_advice },
  rumble: { heard: m.services_condition_rumble, advice: m.services_condition_rumble_advice },
  whisper: { heard: m.services_condition_whisper, advice: m.services_condition_whisper_advice },
  hum: { heard: m.services_condition_hum, advice: m.services_condition_hum_advice },
  quiet: { heard: m.services_condition_quiet, advice: m.services_condition_quiet_advice },
};

/** Two sentences for each named condition, that which costs most words first. */
export function conditionWarnings(found: Confidences | null): string[] {
  if (!found) return [];
  return named(found).map((name) => {
    const { heard, advice } = CONDITION_TEXTS[name];
    return `${heard()} ${advice()}`;
  });
}
