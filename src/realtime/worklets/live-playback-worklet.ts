import type { LiveBatch, LiveOpening } from '../live-link';
import { LivePlayer } from './live-player';
import { LiveStats } from '../live-stats';
import { Ring } from '../ring';

const REPORT_SECONDS = 0.1;

/** Plays converted speech from a ring, which the worker fills directly or through a port. */
class LivePlayback extends AudioWorkletProcessor {
  private player: LivePlayer | undefined;
  private stats: LiveStats | undefined;
  private isReporting = false;
  private reportedSeconds = 0;
  private isClosed = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<LiveOpening | { marginMs: number } | 'close'>) => {
      if (data === 'close') this.isClosed = true;
      else if ('ring' in data) this.open(data);
      else if (this.player) this.player.servo.marginMs = data.marginMs;
    };
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const channels = outputs[0];
    const first = channels?.[0];
    if (!this.player || !first || this.isClosed) return !this.isClosed;
    this.player.render(first, currentTime);
    for (let c = 1; c < channels.length; c++) channels[c]!.set(first);
    if (this.isReporting && currentTime - this.reportedSeconds >= REPORT_SECONDS) {
      this.reportedSeconds = currentTime;
      this.port.postMessage(new Float64Array(this.stats!.buffer as ArrayBuffer));
    }
    return true;
  }

  private open(opening: LiveOpening): void {
    const { ring: buffer, port, ringRateHz, sampleRateHz, marginMs } = opening;
    const ring = new Ring(buffer);
    const stats = new LiveStats(opening.stats);
    this.stats = stats;
    this.player = new LivePlayer(ring, stats, ringRateHz, sampleRateHz, marginMs);
    this.isReporting = Boolean(port);
    if (!port) return;
    port.onmessage = ({ data }: MessageEvent<LiveBatch>) => {
      stats.copyFrom(data.stats, 'originSeconds', 'heard');
      ring.write(data.samples);
      port.postMessage(data.samples.buffer, [data.samples.buffer]);
    };
  }
}

registerProcessor('live-playback', LivePlayback);
