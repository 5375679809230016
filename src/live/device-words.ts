import { m } from '../text/messages';
import { number } from '../text/format';

/** What the browser records and plays. WebKitGTK 2.50 states a rate of 0 Hz and no number of channels; the page gets the context's rate. */
export function rateWords(
  { channelCount, sampleRate }: Pick<MediaTrackSettings, 'channelCount' | 'sampleRate'>,
  contextRateHz: number,
): string {
  const rates = { recorded: number(sampleRate || contextRateHz), played: number(contextRateHz) };
  return channelCount ? m.live_rates_channels({ count: channelCount, ...rates }) : m.live_rates(rates);
}
