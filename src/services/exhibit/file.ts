import { downloadDocument } from '../../export/deliver';
import { formatExhibit, type Exhibit } from '../../files/exhibit';
import { enrolledVoiceFiles, type RefusedVoice } from '../../store/device/enrolled-voices';
import type { Scope } from '../scope';

/**
 * Downloads an exhibit as `exhibit.json`, with the files of its enrolled voices that may leave this device. Resolves with those that
 * may not.
 */
export async function downloadExhibit(exhibit: Exhibit, scope: Scope): Promise<RefusedVoice[]> {
  const { files, refused } = await enrolledVoiceFiles(exhibit.voices.map(({ id }) => id));
  const text = formatExhibit(files.length > 0 ? { ...exhibit, enrolledVoices: files } : exhibit);
  await downloadDocument(new Blob([text], { type: 'application/json' }), 'exhibit.json', scope);
  return refused;
}
