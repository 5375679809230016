type Dispose = () => void;

/**
 * Owns listeners, timers, frames, workers and whatever else must end with a page.
 *
 * Lint forbids the pages to create them in any other way. Whatever is added after `dispose` is disposed of immediately.
 */
export class Scope {
  private readonly owned = new Set<Dispose>();
  private ended = false;

  get isEnded(): boolean {
    return this.ended;
  }

  /** Runs `dispose` when the scope ends; returns a function that runs it now. */
  own(dispose: Dispose): Dispose {
    if (this.ended) {
      dispose();
      return () => undefined;
    }
    const once = () => {
      if (this.owned.delete(once)) dispose();
    };
    this.owned.add(once);
    return once;
  }

  on<K extends keyof WindowEventMap>(
    target: Window,
    event: K,
    handler: (event: WindowEventMap[K]) => void,
  ): Dispose;
  on(target: EventTarget, event: string, handler: (event: Event) => void): Dispose;
  on(target: EventTarget, event: string, handler: (event: never) => void): Dispose {
    target.addEventListener(event, handler as EventListener);
    return this.own(() => target.removeEventListener(event, handler as EventListener));
  }

  timeout(handler: () => void, ms: number): Dispose {
    const id = setTimeout(() => {
      stop();
      handler();
    }, ms);
    const stop = this.own(() => clearTimeout(id));
    return stop;
  }

  interval(handler: () => void, ms: number): Dispose {
    const id = setInterval(handler, ms);
    return this.own(() => clearInterval(id));
  }

  /** Calls `handler` at every animation frame until it is stopped. */
  frames(handler: () => void): Dispose {
    let id = 0;
    const next = () => {
      id = requestAnimationFrame(next);
      handler();
    };
    id = requestAnimationFrame(next);
    return this.own(() => cancelAnimationFrame(id));
  }

  worker(create: new () => Worker): { worker: Worker; stop: Dispose } {
    const worker = new create();
    return { worker, stop: this.own(() => worker.terminate()) };
  }

  /** A scope that ends with this one or before it. */
  child(): Scope {
    const child = new Scope();
    const forget = this.own(() => child.dispose());
    child.own(forget);
    return child;
  }

  /** Disposes of everything, the newest first. */
  dispose(): void {
    this.ended = true;
    for (const dispose of [...this.owned].reverse()) dispose();
  }
}
