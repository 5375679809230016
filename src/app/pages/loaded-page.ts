import type { Component } from 'svelte';

/** What of the address a page may show. */
export interface Place {
  voiceId: string | null;
  section: string | null;
  isPreview: boolean;
}

/** A component with its properties; one with another key is drawn anew. */
export interface View {
  component: Component<Record<string, unknown>>;
  props: Record<string, unknown>;
  key: string;
}

/** A page whose code and state are here. */
export interface LoadedPage {
  view(place: Place): View;
}

export function view<Props extends object>(component: Component<Props>, props: Props, key: string): View {
  return { component, props, key } as unknown as View;
}
