import { language } from '../services/locale.svelte';
import type { Scope } from '../services/scope';

/** Reads texts of the screen aloud with a voice of this device, where it has one for the language; voices of a server are not used. */
export class SpeechOutput {
  isReading = $state(false);
  private voices = $state.raw<SpeechSynthesisVoice[]>([]);

  constructor(scope: Scope) {
    const { speechSynthesis } = window as { speechSynthesis?: SpeechSynthesis };
    if (!speechSynthesis) return;
    const read = () => (this.voices = speechSynthesis.getVoices().filter((voice) => voice.localService));
    read();
    scope.on(speechSynthesis, 'voiceschanged', read);
    scope.own(() => this.stop());
  }

  get isAvailable(): boolean {
    return this.voice !== undefined;
  }

  read(text: string): void {
    const { voice } = this;
    if (!voice) return;
    this.stop();
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.onend = utterance.onerror = () => (this.isReading = false);
    this.isReading = true;
    speechSynthesis.speak(utterance);
  }

  stop(): void {
    if (!this.isReading) return;
    this.isReading = false;
    speechSynthesis.cancel();
  }

  private get voice(): SpeechSynthesisVoice | undefined {
    return this.voices.find(({ lang }) => lang.toLowerCase().startsWith(language.locale));
  }
}

/** What is to be read of an element: its texts, and the names of its buttons, in their order. */
export function textOf(element: Element): string {
  const parts: string[] = [];
  const walk = (node: Node) => {
    if (node instanceof Element) {
      if (node.closest('[aria-hidden=true]')) return;
      const label = node.getAttribute('aria-label');
      if (label) {
        parts.push(label);
        return;
      }
    }
    if (node instanceof Text && node.textContent?.trim()) parts.push(node.textContent.trim());
    else node.childNodes.forEach(walk);
  };
  walk(element);
  return parts.map((part) => (/[.!?:]$/.test(part) ? part : `${part}.`)).join(' ');
}
