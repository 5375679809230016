import * as v from 'valibot';
import {
  DEFAULT_EXHIBIT,
  ExhibitError,
  formatExhibit,
  parseExhibit,
  type Exhibit,
} from '../../files/exhibit';
import { notifyChanged } from '../changes';
import { importEnrolledVoices, type RefusedVoice } from './enrolled-voices';
import { readMuseum, writeMuseum } from './museum';

/** The text of an exhibit's file, without its voices, which are stored as others are. */
const textSchema = v.string();
/** As far as the editor relies on it: a draft may lack what an exhibit needs. */
const draftShape = v.looseObject({
  title: v.record(v.string(), v.string()),
  accentColour: v.string(),
  languages: v.array(v.string()),
  voices: v.array(v.looseObject({ id: v.string() })),
  prompts: v.array(v.record(v.string(), v.string())),
  idleSeconds: v.number(),
  volume: v.number(),
});
const draftSchema = v.custom<Exhibit>((value) => v.is(draftShape, value));
const volumeSchema = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

export interface ExhibitInUse {
  exhibit: Exhibit;
  /** Imported or made on this device; from `exhibit.json` beside index.html; or the app's own. */
  origin: 'imported' | 'file' | 'default';
  /** As the staff have set it on this device, at most the exhibit's. */
  volume: number;
  /** Whether an import can be undone. */
  isUndoable: boolean;
  /** What is wrong with `exhibit.json`; then its last good version is used, if there is one. */
  fault: ExhibitError | null;
  /** Enrolled voices of `exhibit.json` that were not imported. */
  refused: RefusedVoice[];
}

/** What came of an import. */
export interface Imported {
  exhibit: Exhibit;
  /** Names of the enrolled voices that came with it. */
  voices: string[];
  refused: RefusedVoice[];
}

/**
 * The exhibit of this device: the imported one, else `exhibit.json`, else the default one. Imports the enrolled voices of an
 * `exhibit.json` that is new. Without a server its last good version is used.
 *
 * `url`: address of `exhibit.json`.
 */
export async function exhibitInUse(url: string, fetch = globalThis.fetch): Promise<ExhibitInUse> {
  const file = await readFile(url, fetch);
  const imported = await readStored('exhibit');
  const exhibit = imported ?? file.exhibit ?? DEFAULT_EXHIBIT;
  const volume = (await readMuseum('volume', volumeSchema)) ?? 1;
  return {
    exhibit,
    origin: imported ? 'imported' : file.exhibit ? 'file' : 'default',
    volume: Math.min(exhibit.volume, volume),
    isUndoable: (await readMuseum('exhibit-before', textSchema)) !== undefined,
    fault: file.fault,
    refused: file.refused,
  };
}

/**
 * Uses the exhibit of a file from now on, and imports its enrolled voices where their records allow it.
 *
 * Rejects with ExhibitError, or with `quota`; then the old exhibit stays in use.
 */
export async function importExhibit(text: string): Promise<Imported> {
  const { enrolledVoices = [], ...exhibit } = parseExhibit(text);
  const outcome = await importEnrolledVoices(enrolledVoices);
  await replace(exhibit);
  return { exhibit, ...outcome };
}

/** Uses an exhibit made on this device. Rejects as `importExhibit` does. */
export async function useExhibit(exhibit: Exhibit): Promise<void> {
  await replace(parseExhibit(formatExhibit(exhibit)));
}

/** Uses what was in use before the last import or change. Voices that came with the import stay on this device. */
export async function undoExhibit(): Promise<void> {
  const before = await readMuseum('exhibit-before', textSchema);
  if (before === undefined) return;
  await writeMuseum({ exhibit: before || undefined, 'exhibit-before': undefined });
  notifyChanged('exhibit');
}

/** Uses `exhibit.json`, or the default exhibit, again. Can be undone. */
export async function forgetExhibit(): Promise<void> {
  const before = await readMuseum('exhibit', textSchema);
  if (before === undefined) return;
  await writeMuseum({ exhibit: undefined, 'exhibit-before': before });
  notifyChanged('exhibit');
}

/** Sets the volume of this device, 0..1. The exhibit's is the highest that is used. */
export async function setVolume(volume: number): Promise<void> {
  await writeMuseum({ volume: v.parse(volumeSchema, volume) });
  notifyChanged('exhibit');
}

/** The exhibit that is being edited; undefined where nothing waits to be used. */
export async function readDraft(): Promise<Exhibit | undefined> {
  return readMuseum('exhibit-draft', draftSchema);
}

/** Keeps what is being edited, which may not be valid yet, or forgets it. */
export async function writeDraft(exhibit: Exhibit | undefined): Promise<void> {
  await writeMuseum({ 'exhibit-draft': exhibit });
}

/** `''` before the first import. */
async function replace(exhibit: Exhibit): Promise<void> {
  const before = (await readMuseum('exhibit', textSchema)) ?? '';
  await writeMuseum({ exhibit: formatExhibit(exhibit), 'exhibit-before': before });
  notifyChanged('exhibit');
}

async function readStored(key: 'exhibit' | 'exhibit-file'): Promise<Exhibit | undefined> {
  const text = await readMuseum(key, textSchema);
  try {
    return text === undefined ? undefined : parseExhibit(text);
  } catch (error) {
    // A damaged row, or one of a later version of the app.
    console.warn(error);
    return undefined;
  }
}

interface ReadFile {
  exhibit: Exhibit | undefined;
  fault: ExhibitError | null;
  refused: RefusedVoice[];
}

async function readFile(url: string, fetch: typeof globalThis.fetch): Promise<ReadFile> {
  const known = { exhibit: await readStored('exhibit-file'), fault: null, refused: [] };
  const text = await fetchText(url, fetch);
  if (text === 'unreachable') return known;
  if (text === null) {
    if (known.exhibit) await writeMuseum({ 'exhibit-file': undefined });
    return { ...known, exhibit: undefined };
  }
  try {
    const { enrolledVoices = [], ...exhibit } = parseExhibit(text);
    const formatted = formatExhibit(exhibit);
    const { refused } = await importEnrolledVoices(enrolledVoices);
    await writeMuseum({ 'exhibit-file': formatted });
    return { exhibit, fault: null, refused };
  } catch (error) {
    if (error instanceof ExhibitError) return { ...known, fault: error };
    throw error;
  }
}

/** The text at an address; null where there is none, as where a server answers every address with the page. */
async function fetchText(url: string, fetch: typeof globalThis.fetch): Promise<string | null> {
  try {
    const response = await fetch(url, { cache: 'no-cache' });
    const isPage = response.headers.get('Content-Type')?.startsWith('text/html') ?? false;
    if (response.status >= 500) return 'unreachable';
    return response.ok && !isPage ? await response.text() : null;
  } catch {
    return 'unreachable';
  }
}
