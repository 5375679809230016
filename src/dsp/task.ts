/**
 * Resolves in a new task of the event loop, so that a worker first handles pending messages, such as a cancel. A promise that
 * is already resolved would not let it.
 */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** As `nextTask`, without the 4 ms by which browsers delay nested timers; for loops that run in real time. */
export class TaskYielder {
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
