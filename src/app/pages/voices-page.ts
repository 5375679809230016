import type { AppContext } from '../../services/context';
import { recordedVoice } from '../../ui/recorded/recorded-voices';
import RecordedVoicePage from '../../voices/RecordedVoicePage.svelte';
import Voices from '../../voices/Voices.svelte';
import { Workshop } from '../../voices/workshop.svelte';
import { view, type LoadedPage } from './loaded-page';

export function openPage(context: AppContext): LoadedPage & { refresh(): void } {
  const workshop = new Workshop(context, context.scope);
  return {
    view({ voiceId }) {
      const voice = recordedVoice(voiceId ?? '');
      return voice
        ? view(RecordedVoicePage, { context, voice }, voice.id)
        : view(Voices, { context, workshop }, 'voices');
    },
    refresh: () => void workshop.library.refresh(),
  };
}
