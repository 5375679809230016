import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { threadCount } from '../../../../src/engine/backends/runtime';
import { LiveGraph } from '../../../../src/realtime/session/live-graph';
import { FakeAudioContext, FakeWorkletNode, stubAudio } from '../../fake-audio-context';

beforeEach(() => {
  stubAudio();
  vi.stubGlobal('navigator', { hardwareConcurrency: 4 });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('memory between the threads of a session', () => {
  /** The worker's ends, and what the capture worklet was sent. */
  async function link() {
    const graph = await LiveGraph.open({ marginMs: 20 });
    const { ends, transfer } = graph.link();
    return { ends, transfer, opening: FakeWorkletNode.made[0]!.port.posted.at(-1) };
  }

  it('is shared on an isolated page', async () => {
    vi.stubGlobal('crossOriginIsolated', true);
    const { ends, transfer, opening } = await link();
    expect(ends.input).toBeInstanceOf(SharedArrayBuffer);
    expect(transfer).toEqual([]);
    expect(opening).toMatchObject({ ring: ends.input });
    expect(threadCount()).toBe(4);
  });

  it.each([
    ['the page is not isolated', () => vi.stubGlobal('crossOriginIsolated', false)],
    [
      'the browser has none in spite of an isolated page, as WebKitGTK',
      () => {
        vi.stubGlobal('crossOriginIsolated', true);
        vi.stubGlobal('SharedArrayBuffer', undefined);
      },
    ],
  ])('is replaced by ports where %s', async (_, prepare) => {
    prepare();
    const { ends, transfer, opening } = await link();
    expect(ends.input).toBeInstanceOf(MessagePort);
    expect(transfer).toEqual([ends.input, ends.output]);
    expect(opening).toMatchObject({ port: expect.any(MessagePort) as MessagePort });
    expect(threadCount()).toBe(1);
  });
});

it('a session without a sound device says so after 5 s, and closes its AudioContext', async () => {
  vi.useFakeTimers();
  FakeAudioContext.hasDevice = false;
  const failure = LiveGraph.open({ marginMs: 20 }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(5000);
  expect(await failure).toMatchObject({
    code: 'no-output',
    message:
      'The sound of this browser did not start within 5 seconds, perhaps because there are no speakers or headphones. Nothing is converted. Plug some in. Then start again.',
  });
  expect(FakeAudioContext.made.map((context) => context.closed)).toEqual([1]);
});
