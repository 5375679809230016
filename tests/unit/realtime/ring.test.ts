import { describe, expect, it } from 'vitest';
import { Ring } from '../../../src/realtime/ring';

const count = (from: number, length: number) => Float32Array.from({ length }, (_, i) => from + i);

describe('a ring', () => {
  it.each([true, false])('returns the samples in order, shared or not (%s)', (isShared) => {
    const memory = Ring.memory(1000, isShared);
    const [writer, reader] = [new Ring(memory), new Ring(memory)];
    let next = 0;
    for (let round = 0; round < 500; round++) {
      const size = 1 + ((round * 37) % 700);
      expect(writer.write(count(round * 1000, size))).toBe(size);
      expect(reader.available).toBe(size);
      const into = new Float32Array(size);
      reader.read(into);
      expect(into).toEqual(count(round * 1000, size));
      next += size;
    }
    expect(reader.end).toBe(next);
  });

  it('writes no more than it has space for, and loses none of it', () => {
    const ring = new Ring(Ring.memory(1000, false));
    const room = ring.capacity - Ring.RESERVE;
    expect(ring.write(count(0, room + 50))).toBe(room);
    expect(ring.write(count(0, 1))).toBe(0);
    const into = new Float32Array(room);
    ring.read(into);
    expect(into).toEqual(count(0, room));
  });

  it('lets a reader step back into samples it has read', () => {
    const ring = new Ring(Ring.memory(10_000, false));
    ring.write(count(0, 3000));
    ring.skip(2000);
    ring.write(count(3000, 3000));
    ring.skip(-1500);
    const into = new Float32Array(10);
    ring.read(into);
    expect(into).toEqual(count(500, 10));
  });

  it('survives the overflow of 32-bit indices', () => {
    const memory = Ring.memory(1000, false);
    new Int32Array(memory, 0, 2).fill(2 ** 31 - 100);
    const ring = new Ring(memory);
    ring.write(count(1, 300));
    expect(ring.available).toBe(300);
    const into = new Float32Array(300);
    ring.read(into);
    expect(into).toEqual(count(1, 300));
    expect(ring.end).toBeLessThan(0);
  });

  it('mixes channels to one', () => {
    const ring = new Ring(Ring.memory(1000, false));
    ring.writeMono([count(0, 4), count(10, 4)]);
    const into = new Float32Array(4);
    ring.read(into);
    expect(into).toEqual(count(5, 4));
  });
});
