import { describe, expect, it } from 'vitest';
import { Servo } from '../../../src/realtime/worklets/servo';
import { BlockPlan } from '../../../src/realtime/worker/block-plan';
import { FEEDBACK_SCORE, FeedbackWatch } from '../../../src/realtime/worker/feedback';
import { FrameGate, noiseAttenuation } from '../../../src/engine/analysis/gate';
import { RunningProfile } from '../../../src/realtime/worker/running-profile';
import { random } from '../engine/helpers';

describe('the plan of blocks', () => {
  it('enlarges the blocks when the load is too high, and shrinks them again when it is low', () => {
    const plan = new BlockPlan(1);
    for (let i = 0; i < 50; i++) plan.update(plan.codes / 50, 0.005, 0);
    expect(plan.codes).toBe(1);
    for (let i = 0; i < 100; i++) plan.update(plan.codes / 50, 0.012 + 0.004 * plan.codes, 0);
    expect(plan.codes).toBeGreaterThan(1);
    expect(plan.load).toBeLessThan(0.75);
    let seconds = 0;
    while (plan.codes > 1 && seconds < 10) {
      plan.update(plan.codes / 50, 0.004, 0);
      seconds += plan.codes / 50;
    }
    expect(plan.codes).toBe(1);
    expect(seconds).toBeLessThan(5);
  });

  it('enlarges them immediately when input is waiting, and never goes below the least size', () => {
    const plan = new BlockPlan(2);
    plan.update(0.04, 0.01, 0.1);
    expect(plan.codes).toBe(3);
    for (let i = 0; i < 500; i++) plan.update(plan.codes / 50, 0.001, 0);
    expect(plan.codes).toBe(2);
  });
});

describe('the servo', () => {
  it('cuts out a large surplus, and lowers the target again after underruns', () => {
    const servo = new Servo(10);
    let left = 0;
    for (let i = 0; i < 100; i++) left += servo.update(80, 0.01);
    expect(left).toBeGreaterThan(60);
    servo.recordUnderrun();
    expect(servo.targetMs).toBe(18);
    for (let i = 0; i < 1000; i++) servo.update(20, 0.01);
    expect(servo.targetMs).toBe(10);
  });
});

describe('the gate', () => {
  /** The gate's factors for all frames; two frames of silence flush its delay. */
  const factorsOf = (gate: FrameGate, levelsDb: number[], gainDb = 0) => [
    ...gate.push(Float32Array.from(levelsDb), gainDb),
    ...gate.push(new Float32Array(2).fill(-80), gainDb),
  ];

  it('depends on the level of the frame alone without a threshold', () => {
    expect(factorsOf(new FrameGate(), [-80, -70, -67, -64, -20])).toEqual([0, 0, 0.5, 1, 1]);
  });

  it('attenuates frames at the noise level, however they are split into chunks', () => {
    const levels = [...Array<number>(10).fill(-40), ...Array<number>(10).fill(-20), -33, -37, -40, -42, -38];
    const gateInNoise = () => Object.assign(new FrameGate(), { attenuateBelowDb: -50 });
    const whole = factorsOf(gateInNoise(), levels, 15);
    expect(whole[0]).toBeCloseTo(10 ** (-10 / 20), 5);
    expect(whole.slice(9, 19)).toEqual(Array(10).fill(1));
    expect(Math.min(...whole)).toBeCloseTo(10 ** (-12 / 20), 5);
    const gate = gateInNoise();
    const single = levels.flatMap((db) => [...gate.push(Float32Array.of(db), 15)]);
    expect(single).toEqual(whole.slice(0, -2));
  });

  it('attenuates up to 4.5 dB above the noise and at least 10.5 dB below speech; nothing without a noise level', () => {
    const speaker = { medianF0Hz: 200, speechLevelDb: -20 };
    const of = (noiseDb?: number) => {
      const { attenuateBelowDb, maxAttenuationDb } = noiseAttenuation({ ...speaker, noiseDb });
      return [attenuateBelowDb, maxAttenuationDb];
    };
    expect(of(undefined)[0]).toBe(-Infinity);
    expect(of(-50)).toEqual([-45.5, 12]);
    expect(of(-34)).toEqual([-30.5, 6]);
    expect(of(-21)).toEqual([-30.5, 0]);
  });

  it('closes 0.25 s after speech, and opens immediately', () => {
    const gate = new FrameGate();
    gate.thresholdDb = -45;
    const frames = factorsOf(gate, [...Array<number>(10).fill(-30), ...Array<number>(60).fill(-60), -30]);
    expect(frames.slice(0, 10)).toEqual(Array(10).fill(1));
    expect(frames.indexOf(0)).toBeGreaterThan(35);
    expect(frames.indexOf(0)).toBeLessThan(50);
    expect(frames.at(-1)).toBe(1);
  });

  it('compares the level without the added gain to its threshold', () => {
    const gate = new FrameGate();
    gate.thresholdDb = -45;
    expect(factorsOf(gate, Array<number>(60).fill(-30), 20).at(-1)).toBe(0);
  });
});

describe('the running profile', () => {
  const frames = (hz: number, db: number, count = 200) =>
    [
      {
        unbiasedF0Hz: new Float32Array(count).fill(hz),
        clarity: new Float32Array(count).fill(Number(hz > 0)),
      },
      new Float32Array(count).fill(db),
    ] as const;

  it('starts from the first 0.5 s of voiced speech without a calibration', () => {
    const profile = new RunningProfile(null);
    expect(profile.push(...frames(0, -80))).toBe(false);
    expect(profile.current).toBeNull();
    expect(profile.push(...frames(150, -30, 60))).toBe(true);
    expect(profile.current!.medianF0Hz).toBeCloseTo(150);
    expect(profile.current!.speechLevelDb).toBeCloseTo(-30);
    expect(profile.current!.noiseDb).toBeCloseTo(-80);
  });

  it('adapts slowly from a calibration, and starts again from another', () => {
    const profile = new RunningProfile({ medianF0Hz: 100, speechLevelDb: -23 });
    profile.push(...frames(120, -33));
    expect(profile.current!.medianF0Hz).toBeGreaterThan(101);
    expect(profile.current!.medianF0Hz).toBeLessThan(105);
    for (let i = 0; i < 50; i++) profile.push(...frames(120, -33));
    expect(profile.current!.medianF0Hz).toBeCloseTo(120, 0);
    expect(profile.current!.speechLevelDb).toBeCloseTo(-33, 0);
    expect(profile.current!.noiseDb).toBeCloseTo(-33, 0);
    profile.push(...frames(0, -60));
    for (let i = 0; i < 9; i++) profile.push(...frames(120, -33));
    expect(profile.current!.noiseDb).toBeLessThan(-45);
    profile.restart({ medianF0Hz: 200, speechLevelDb: -20 });
    expect(profile.current!.medianF0Hz).toBe(200);
  });
});

describe('the feedback watch', () => {
  const RATE_HZ = 48_000;
  const next = random(7);
  const noise = (length: number) => Float32Array.from({ length }, () => 0.2 * (next() - 0.5));

  /** Ten seconds of another voice as output; the input has `share` of it 80 ms later. */
  function score(share: number): number {
    const watch = new FeedbackWatch(RATE_HZ);
    const output = noise(10 * 24_000);
    const input = noise(10 * RATE_HZ);
    const delay = 0.08 * RATE_HZ;
    for (let i = delay; i < input.length; i++) input[i]! += share * output[(i - delay) >> 1]!;
    for (let at = 0; at < output.length; at += 480)
      watch.push(input.subarray(2 * at, 2 * at + 960), output.subarray(at, at + 480));
    return watch.score;
  }

  it('detects an echo, and none where there is none', () => {
    expect(score(0.5)).toBeGreaterThan(FEEDBACK_SCORE);
    expect(score(0)).toBeLessThan(0.8 * FEEDBACK_SCORE);
  });
});
