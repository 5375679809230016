import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KioskMicrophone, MAX_SECONDS, type Spoken } from '../../../src/kiosk/kiosk-microphone.svelte';
import { Notices } from '../../../src/services/notices.svelte';
import { Scope } from '../../../src/services/scope';
import { readWav } from '../../browser/wav';
import { FakeWorkletNode, stubAudio } from '../fake-audio-context';

const RATE_HZ = 48000;
const speech = readWav(readFileSync(new URL('../../fixtures/audio/speech.wav', import.meta.url)));
const track = Object.assign(new EventTarget(), { stop: vi.fn() });
const stream = { getTracks: () => [track], getAudioTracks: () => [track] };

let scope: Scope;
let microphone: KioskMicrophone;
let heard: Spoken[];
const onTooShort = vi.fn();
const onLost = vi.fn();
let nowMs = 0;

/** What the worklet sends: speech at a third of its speed, so that 48 kHz need no resampling here. */
function say(seconds: number): void {
  const node = FakeWorkletNode.made.at(-1)!;
  for (let done = 0; done < seconds * RATE_HZ; done += 2048) {
    const from = done % (speech.length - 2048);
    node.port.onmessage!({ data: speech.slice(from, from + 2048) });
    nowMs += (1000 * 2048) / RATE_HZ;
  }
}

beforeEach(async () => {
  stubAudio();
  nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  vi.stubGlobal('navigator', {
    mediaDevices: Object.assign(new EventTarget(), { getUserMedia: async () => stream }),
  });
  scope = new Scope();
  heard = [];
  onTooShort.mockReset();
  onLost.mockReset();
  const options = { onSpoken: (spoken: Spoken) => heard.push(spoken), onTooShort, onLost };
  microphone = new KioskMicrophone(scope, new Notices(), options);
  await microphone.start('');
});

afterEach(() => {
  scope.dispose();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const settled = () => vi.waitFor(() => expect(heard.length).toBe(1), { timeout: 20_000 });

describe('the button', () => {
  it('held: what is said until it is released is kept, and nothing before', async () => {
    say(1);
    microphone.press();
    say(3);
    microphone.release();
    await settled();
    expect(heard[0]!.seconds).toBeCloseTo(3, 1);
    expect(heard[0]!.samples.slice(0, 2048)).toEqual(speech.slice(0, 2048));
    expect(heard[0]!.profile.speechLevelDb).toBeGreaterThan(-50);
    expect(microphone.isSpeaking).toBe(false);
  });

  it('pressed shortly: it stays on until the next press', async () => {
    microphone.press();
    nowMs += 100;
    microphone.release();
    say(3);
    expect(microphone.isSpeaking).toBe(true);
    microphone.press();
    microphone.release();
    await settled();
    expect(heard[0]!.seconds).toBeCloseTo(3, 1);
  });

  it('held for too short a time: nothing is kept', () => {
    microphone.press();
    say(1);
    microphone.release();
    expect(onTooShort).toHaveBeenCalledTimes(1);
    say(3);
    expect([heard.length, microphone.isSpeaking]).toEqual([0, false]);
  });

  it('held for longer than 15 seconds: the first 15 are kept', async () => {
    microphone.press();
    say(MAX_SECONDS + 2);
    await settled();
    expect(heard[0]!.seconds).toBe(MAX_SECONDS);
  });
});

it('a visit that ends while the visitor speaks leaves nothing', async () => {
  microphone.press();
  say(3);
  const held = (microphone as unknown as { store: { data: Float32Array } }).store.data;
  expect(held.some((x) => x !== 0)).toBe(true);
  scope.dispose();
  expect(held.every((x) => x === 0)).toBe(true);
  expect(heard).toEqual([]);
  expect(track.stop).toHaveBeenCalled();
});

it('a microphone that is lost is told, and what was said is forgotten', () => {
  microphone.press();
  say(3);
  track.dispatchEvent(new Event('ended'));
  expect(onLost).toHaveBeenCalledTimes(1);
  expect([microphone.isSpeaking, microphone.state]).toEqual([false, 'idle']);
  expect(heard).toEqual([]);
});

describe('a microphone about which the browser reports nothing', () => {
  const lost = () => vi.waitFor(() => expect(onLost).toHaveBeenCalledTimes(1), { timeout: 10_000 });

  it('that delivers nothing for 5 s is lost', async () => {
    say(1);
    const from = Date.now();
    // Twice as fast, so that the page does not seem to have slept.
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs + 2 * (Date.now() - from));
    await lost();
    expect(onLost).toHaveBeenCalledWith(false);
  });

  it('that has become another one is lost, and another device that comes is not', async () => {
    const { mediaDevices } = navigator;
    let groupId = 'old';
    Object.assign(track, {
      readyState: 'live',
      getSettings: () => ({ deviceId: 'default', groupId: 'old' }),
    });
    mediaDevices.enumerateDevices = async () =>
      [{ kind: 'audioinput', deviceId: 'default', groupId, label: '' }] as MediaDeviceInfo[];
    microphone.press();
    mediaDevices.dispatchEvent(new Event('devicechange'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(onLost).not.toHaveBeenCalled();
    groupId = 'new';
    mediaDevices.dispatchEvent(new Event('devicechange'));
    await lost();
    expect(onLost).toHaveBeenCalledWith(true);
  });
});
