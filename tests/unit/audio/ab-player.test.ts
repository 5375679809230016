import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AbPlayer } from '../../../src/audio/ab-player';
import { FakeDevice } from './fake-device';

const track = { samples: new Float32Array(48000), sampleRateHz: 24000 };
let device: FakeDevice;
let player: AbPlayer;

beforeEach(() => {
  device = new FakeDevice();
  player = new AbPlayer(() => undefined);
  player.setTracks(track, undefined);
});

afterEach(() => vi.unstubAllGlobals());

describe('play, while the device wakes', () => {
  it('sounds once, however often it is pressed', async () => {
    const presses = [player.play(), player.play(), player.play()];
    device.wake();
    await Promise.all(presses);
    expect(device.started).toHaveLength(1);
    expect(player.isPlaying).toBe(true);
    player.pause();
    expect(device.sounding).toBe(0);
  });

  it('stays silent if it is paused before the device is awake', async () => {
    const pressed = player.play();
    player.pause();
    device.wake();
    await pressed;
    expect(device.started).toEqual([]);
    expect(player.isPlaying).toBe(false);
  });

  it('sounds once after pausing and pressing again, from the position chosen meanwhile', async () => {
    const first = player.play();
    player.pause();
    const second = player.play();
    await player.seek(1.5);
    device.wake();
    await Promise.all([first, second]);
    expect(device.started).toEqual([{ offsetSeconds: 1.5, isStopped: false }]);
  });

  it('stays silent if another recording is opened meanwhile, which can then be played', async () => {
    const pressed = player.play();
    player.setTracks(track, undefined);
    device.wake();
    await pressed;
    expect(device.started).toEqual([]);
    await player.play();
    expect(device.sounding).toBe(1);
  });
});
