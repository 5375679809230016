import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Scope } from '../../../src/services/scope';
import { TrackPlayer } from '../../../src/ui/track-player.svelte';
import { FakeDevice } from '../audio/fake-device';

const track = { samples: new Float32Array(48000), sampleRateHz: 24000 };
let device: FakeDevice;
let player: TrackPlayer;

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', () => 0);
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  device = new FakeDevice();
  player = new TrackPlayer(new Scope());
  player.open(track, undefined);
});

afterEach(() => vi.unstubAllGlobals());

describe('a player whose device wakes', () => {
  it('sounds once after three presses, and is paused by the fourth', async () => {
    const presses = [player.toggle(), player.toggle(), player.toggle()];
    device.wake();
    await Promise.all(presses);
    expect(device.sounding).toBe(1);
    expect(player.isPlaying).toBe(true);
    await player.toggle();
    expect(device.sounding).toBe(0);
    expect(player.isPlaying).toBe(false);
  });

  it('stays silent when its page is left before', async () => {
    const pressed = player.toggle();
    player.pause();
    device.wake();
    await pressed;
    expect(device.started).toEqual([]);
    expect(player.isPlaying).toBe(false);
  });
});
