import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DetectPage, type Finding } from '../../../src/detect/detect.svelte';
import { voiceId24 } from '../../../src/watermark';
import { fakeConverter, openBrowser, pageContext, voice } from '../page';

vi.mock('../../../src/services/detection-client', () => ({ detect: vi.fn() }));
vi.mock('../../../src/ui/track-player.svelte', () => ({ TrackPlayer: function () {} }));

beforeEach(openBrowser);

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const finding = (payloadOk: boolean) =>
  ({ detection: { payloadOk, payload: { version: 2, id24: voiceId24('kathleen') } } }) as Finding;

it('the voice of a mark is named as soon as the voices are loaded', () => {
  const { context, converter, scope } = pageContext(fakeConverter([voice()]));
  const late = Object.assign(converter, { failure: null as string | null });
  const { status } = late;
  Object.assign(late, { status: null });
  const page = new DetectPage(context, scope);
  page.finding = finding(true);
  expect([page.voiceName, page.isNaming]).toEqual([null, true]);
  late.status = status;
  expect([page.voiceName, page.isNaming]).toEqual(['Kathleen', false]);
  late.status = { ...status, voices: [] };
  expect([page.voiceName, page.isNaming]).toEqual([null, false]);
});

it('a mark that cannot be read names no voice', () => {
  const { context, scope } = pageContext(fakeConverter([voice()]));
  const page = new DetectPage(context, scope);
  expect(page.voiceName).toBeNull();
  page.finding = finding(false);
  expect(page.voiceName).toBeNull();
});
