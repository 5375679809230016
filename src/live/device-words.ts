import { plural } from '../text/format';

/** What the browser records and plays. WebKitGTK 2.50 states a rate of 0 Hz and no number of channels; the page gets the context's rate. */
export function rateWords(
  { channelCount, sampleRate }: Pick<MediaTrackSettings, 'channelCount' | 'sampleRate'>,
  contextRateHz: number,
): string {
  const channels = channelCount ? `${plural(channelCount, 'channel')} ` : '';
  return `The browser records ${channels}at ${sampleRate || contextRateHz} Hz and plays at ${contextRateHz} Hz.`;
}
