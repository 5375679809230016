/** What a drawn portrait differs in. Heads are [200 x 240]; see Portrait.svelte. */
export interface PortraitPlan {
  /** Hues in degrees: of the background, of the clothes. */
  back: number;
  cloth: number;
  skin: (typeof SKINS)[number];
  hair: (typeof HAIRS)[number];
  hairColour: string;
  wears: 'collar' | 'tie' | 'lace' | 'hood' | 'round';
  beard?: 'full' | 'moustache';
  glasses?: boolean;
  cap?: 'horn' | 'bonnet';
  /** Half width of the face. */
  width: number;
}

export const SKINS = ['#f3d3b8', '#e3b48f', '#c98f66', '#8f5b3c', '#5f3a28'] as const;
export const HAIRS = ['short', 'bob', 'long', 'bun', 'curls', 'thin'] as const;
const HAIR_COLOURS = ['#2a1d1a', '#5a3421', '#8c5a2b', '#c79a55', '#b9b4ae', '#efeae2'] as const;
const WEARS = ['collar', 'tie', 'lace', 'hood', 'round'] as const;

const KNOWN: Record<string, PortraitPlan> = {
  kathleen: {
    back: 12,
    cloth: 195,
    skin: SKINS[0],
    hair: 'bob',
    hairColour: '#8c4a2b',
    wears: 'round',
    width: 46,
  },
  joe: {
    back: 205,
    cloth: 25,
    skin: SKINS[2],
    hair: 'short',
    hairColour: '#2a1d1a',
    wears: 'collar',
    width: 50,
  },
  kerstin: {
    back: 45,
    cloth: 330,
    skin: SKINS[0],
    hair: 'bun',
    hairColour: '#c79a55',
    wears: 'round',
    width: 45,
  },
  nathalie: {
    back: 165,
    cloth: 350,
    skin: SKINS[1],
    hair: 'long',
    hairColour: '#5a3421',
    wears: 'collar',
    width: 45,
  },
  flemishguy: {
    back: 30,
    cloth: 215,
    skin: SKINS[0],
    hair: 'short',
    hairColour: '#8c5a2b',
    wears: 'hood',
    beard: 'full',
    width: 51,
  },
  jm_kumo: {
    back: 350,
    cloth: 240,
    skin: SKINS[1],
    hair: 'short',
    hairColour: '#1c1618',
    wears: 'tie',
    glasses: true,
    width: 48,
  },
  pip: {
    back: 95,
    cloth: 45,
    skin: SKINS[3],
    hair: 'curls',
    hairColour: '#2a1d1a',
    wears: 'round',
    width: 47,
  },
  ambrose: {
    back: 265,
    cloth: 150,
    skin: SKINS[1],
    hair: 'thin',
    hairColour: '#efeae2',
    wears: 'tie',
    beard: 'full',
    width: 49,
  },
  cylinder: {
    back: 38,
    cloth: 20,
    skin: SKINS[1],
    hair: 'short',
    hairColour: '#3a2a20',
    wears: 'lace',
    beard: 'moustache',
    cap: 'horn',
    width: 48,
  },
  roosevelt: {
    back: 220,
    cloth: 350,
    skin: SKINS[0],
    hair: 'short',
    hairColour: '#6d4a30',
    wears: 'tie',
    beard: 'moustache',
    glasses: true,
    width: 54,
  },
  nightingale: {
    back: 300,
    cloth: 260,
    skin: SKINS[0],
    hair: 'bob',
    hairColour: '#b9b4ae',
    wears: 'lace',
    cap: 'bonnet',
    width: 44,
  },
};

/** The portrait of a voice, whose id may contain more than its name; one that depends on the id alone where none was drawn for it. */
export function portraitOf(voiceId: string): PortraitPlan {
  const known = Object.keys(KNOWN).find((name) => voiceId.includes(name));
  if (known) return KNOWN[known]!;
  let hash = 2166136261;
  for (const char of voiceId) hash = Math.imul(hash ^ char.codePointAt(0)!, 16777619) >>> 0;
  const pick = <T>(list: readonly T[], salt: number) => list[(Math.imul(hash, salt) >>> 8) % list.length]!;
  return {
    back: hash % 360,
    cloth: (hash >>> 9) % 360,
    skin: pick(SKINS, 3),
    hair: pick(HAIRS, 5),
    hairColour: pick(HAIR_COLOURS, 7),
    wears: pick(WEARS, 11),
    width: 45 + (hash % 8),
  };
}
