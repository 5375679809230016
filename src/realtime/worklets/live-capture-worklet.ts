import type { LiveOpening } from '../live-link';
import { LiveStats } from '../live-stats';
import { Ring } from '../ring';

const BATCH_SAMPLES = 256;

/**
 * Mixes the microphone to mono and writes it to a ring. Where memory cannot be shared, it posts batches of 256 samples to a
 * port, whose receiver posts the buffers back for reuse.
 */
class LiveCapture extends AudioWorkletProcessor {
  private opening: LiveOpening | undefined;
  private stats: LiveStats | undefined;
  private ring: Ring | undefined;
  private readonly spare: ArrayBuffer[] = [];
  private captured = 0;
  private isClosed = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<LiveOpening | 'close'>) => {
      if (data === 'close') this.isClosed = true;
      else this.open(data);
    };
  }

  process(inputs: Float32Array[][]): boolean {
    const { ring, stats, opening } = this;
    const channels = inputs[0];
    if (this.isClosed || !ring || !stats || !opening || !channels?.length) return !this.isClosed;
    const length = channels[0]!.length;
    this.captured += ring.writeMono(channels);
    const seconds = this.captured / opening.sampleRateHz;
    stats.set('capturedSeconds', seconds);
    stats.set('originSeconds', currentTime + length / opening.sampleRateHz - seconds);
    stats.set('inputPeak', Math.max(peakOf(channels[0]!), 0.9 * stats.get('inputPeak')));
    if (opening.port) while (ring.available >= BATCH_SAMPLES) this.post(ring, opening.port);
    return true;
  }

  private open(opening: LiveOpening): void {
    this.opening = opening;
    this.captured = 0;
    this.stats = new LiveStats(opening.stats);
    this.ring = new Ring(opening.ring);
    if (!opening.port) return;
    opening.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => void this.spare.push(data);
  }

  private post(ring: Ring, port: MessagePort): void {
    const samples = new Float32Array(this.spare.pop() ?? new ArrayBuffer(4 * BATCH_SAMPLES));
    ring.read(samples);
    port.postMessage({ samples, stats: this.stats!.snapshot() }, [samples.buffer]);
  }
}

function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (let i = 0; i < samples.length; i++) peak = Math.max(peak, Math.abs(samples[i]!));
  return peak;
}

registerProcessor('live-capture', LiveCapture);
