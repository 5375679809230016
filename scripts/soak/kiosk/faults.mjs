/**
 * What can be made to fail, as closely as a page can imitate it, and the screens on which it is.
 *
 * - `worker`: all workers of the page are terminated without an event.
 * - `stuck`: the workers get no messages any more.
 * - `unplug`: the track of the microphone ends.
 * - `gone`: as `unplug`, and the microphone cannot be opened for 8 s.
 * - `rename`: another device takes the place of the microphone.
 * - `suspend`, `close`: the newest AudioContext stops.
 * - `clock`: the clock of the device is set by an hour.
 * - `storage`: the browser deletes networks and voices, and the worker ends.
 *
 * The loss of a GPU is not among them: a page cannot cause one, and Chromium converts with WebAssembly where there is no GPU.
 *
 * @type {Record<string, readonly string[]>}
 */
export const FAULTS = {
  worker: ['attract', 'voices', 'speak', 'converting', 'listen', 'mark'],
  stuck: ['voices', 'speak'],
  unplug: ['speak'],
  gone: ['speak'],
  rename: ['speak'],
  suspend: ['listen'],
  close: ['listen'],
  clock: ['attract', 'speak', 'listen'],
  storage: ['attract'],
};

/** Runs in the page before any other script: lets the soak cause faults and pass time, and counts object URLs. */
export function makeBreakable() {
  /** @type {Worker[]} */
  const workers = [];
  window.Worker = class extends Worker {
    /**
     * @param {string | URL} url
     * @param {WorkerOptions} [options]
     */
    constructor(url, options) {
      super(url, options);
      workers.push(this);
    }
  };
  /** @type {WeakRef<AudioContext> | undefined} */
  let newest;
  window.AudioContext = new Proxy(AudioContext, {
    construct(target, args, newTarget) {
      const context = /** @type {AudioContext} */ (Reflect.construct(target, args, newTarget));
      newest = new WeakRef(context);
      return context;
    },
  });

  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  const enumerateDevices = mediaDevices.enumerateDevices.bind(mediaDevices);
  /** @type {MediaStream | undefined} */
  let stream;
  let goneUntilMs = 0;
  let isRenamed = false;
  mediaDevices.getUserMedia = async (constraints) => {
    if (performance.now() < goneUntilMs) throw new DOMException('It is unplugged.', 'NotFoundError');
    return (stream = await getUserMedia(constraints));
  };
  mediaDevices.enumerateDevices = async () => {
    const devices = await enumerateDevices();
    return isRenamed
      ? devices.map((device) => Object.assign(Object.create(device), { groupId: 'another' }))
      : devices;
  };
  const unplug = () => {
    const track = stream?.getAudioTracks()[0];
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
  };
  const killWorkers = () => workers.splice(0).forEach((worker) => worker.terminate());

  const dateNow = Date.now.bind(Date);
  let clockMs = 0;
  Date.now = () => dateNow() + clockMs;

  /** @type {Map<number, () => void>} */
  const seconds = new Map();
  const setInterval = window.setInterval.bind(window);
  const clearInterval = window.clearInterval.bind(window);
  /** @type {any} */ (window).setInterval = (/** @type {() => void} */ handler, /** @type {number} */ ms) => {
    const id = setInterval(handler, ms);
    if (ms === 1000) seconds.set(id, handler);
    return id;
  };
  window.clearInterval = (id) => {
    seconds.delete(Number(id));
    clearInterval(id);
  };

  /** @type {Set<string>} */
  const objectUrls = new Set();
  const createObjectURL = URL.createObjectURL.bind(URL);
  const revokeObjectURL = URL.revokeObjectURL.bind(URL);
  URL.createObjectURL = (object) => {
    const url = createObjectURL(object);
    objectUrls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    objectUrls.delete(url);
    revokeObjectURL(url);
  };

  /** @type {Record<string, () => void>} */
  const faults = {
    worker: killWorkers,
    stuck: () => workers.splice(0).forEach((worker) => (worker.postMessage = () => undefined)),
    unplug,
    gone() {
      goneUntilMs = performance.now() + 8000;
      unplug();
    },
    rename() {
      isRenamed = true;
      mediaDevices.dispatchEvent(new Event('devicechange'));
      setTimeout(() => (isRenamed = false), 1000);
    },
    suspend: () => void newest?.deref()?.suspend(),
    close: () =>
      void newest
        ?.deref()
        ?.close()
        .catch(() => undefined),
    clock: () => (clockMs += clockMs > 0 ? -3_600_000 : 3_600_000),
    storage() {
      indexedDB.deleteDatabase('understudy-networks');
      killWorkers();
    },
  };
  Object.assign(window, {
    soak: {
      objectUrls,
      cause: (/** @type {string} */ fault) => faults[fault]?.(),
      /** Lets the intervals of a second pass as often. */
      passSeconds(/** @type {number} */ count) {
        for (let i = 0; i < count; i++) for (const handler of [...seconds.values()]) handler();
      },
    },
  });
}
