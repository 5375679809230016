import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Recorder } from '../../../src/audio/recorder';
import { FakeAudioContext, stubAudio } from '../fake-audio-context';

const track = Object.assign(new EventTarget(), { stop: vi.fn(), readyState: 'live' });
const stream = { getTracks: () => [track], getAudioTracks: () => [track] };

beforeEach(() => {
  stubAudio();
  track.readyState = 'live';
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: async () => stream } });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the recorder', () => {
  it('closes its AudioContext once, however often it is closed', async () => {
    const recorder = new Recorder();
    await recorder.start();
    await recorder.stop();
    recorder.close();
    recorder.close();
    expect(FakeAudioContext.made.map((context) => context.closed)).toEqual([1]);
  });

  it('says after 5 s that the sound did not start, and releases everything', async () => {
    vi.useFakeTimers();
    FakeAudioContext.hasDevice = false;
    const recorder = new Recorder();
    const failure = recorder.start().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(5000);
    expect(await failure).toMatchObject({
      code: 'no-output',
      message:
        'The sound of this browser did not start within 5 seconds, perhaps because there are no speakers or headphones. Nothing was recorded. Plug some in. Then record again, or drop a recording here instead.',
    });
    expect(FakeAudioContext.made.map((context) => context.closed)).toEqual([1]);
    expect(track.stop).toHaveBeenCalled();
  });

  it('fails where the microphone ends before it records', async () => {
    const onEnd = vi.fn();
    const recorder = new Recorder({ onEnd });
    const starting = recorder.start().catch((error: unknown) => error);
    // Unplugged while the worklet loads.
    track.readyState = 'ended';
    track.dispatchEvent(new Event('ended'));
    expect(await starting).toMatchObject({ code: 'device-lost' });
    expect(onEnd).not.toHaveBeenCalled();
    expect(FakeAudioContext.made.map((context) => context.closed)).toEqual([1]);
  });
});
