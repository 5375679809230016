/** Lets messages in: a promise alone would keep a worker from hearing that its job was cancelled. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** As `nextTask`, without the 4 ms that browsers make timers wait; for loops that cannot spare them. */
export class Breather {
  private readonly channel = new MessageChannel();
  private resume: () => void = () => undefined;

  constructor() {
    this.channel.port1.onmessage = () => this.resume();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.resume = resolve;
      this.channel.port2.postMessage(null);
    });
  }

  close(): void {
    this.channel.port1.close();
  }
}
