import 'fake-indexeddb/auto';
import { deleteDB } from 'idb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PinGate } from '../../../src/services/exhibit/pin-gate.svelte';
import { language } from '../../../src/services/locale.svelte';
import { Scope } from '../../../src/services/scope';
import { closeDatabase } from '../../../src/store/db';
import { hasPin, setPin } from '../../../src/store/device/pin';

afterEach(async () => {
  language.user = 'en';
  vi.unstubAllGlobals();
  await closeDatabase();
  await deleteDB('understudy');
});

describe('the gate of the staff', () => {
  const scope = new Scope();
  const gateFor = async (isRequired: boolean) => {
    const gate = new PinGate(scope, 'http://localhost/staff-reset.json', isRequired);
    await vi.waitFor(() => expect(gate.isBusy).toBe(false));
    return gate;
  };

  it('asks for a new PIN twice where there is none and one is required', async () => {
    const gate = await gateFor(true);
    expect(gate.step).toBe('choose');
    await gate.submit('12');
    expect([gate.step, gate.message]).toEqual(['choose', 'A PIN has 6 to 12 digits.']);
    await gate.submit('271828');
    await gate.submit('271829');
    expect([gate.step, await hasPin()]).toEqual(['choose', false]);
    await gate.submit('271828');
    await gate.submit('271828');
    expect([gate.step, await hasPin()]).toEqual(['open', true]);
  });

  it('is open where there is no PIN and none is required', async () => {
    expect((await gateFor(false)).step).toBe('open');
  });

  it('opens for the PIN alone, and does not let one change it before', async () => {
    await setPin('271828');
    const gate = await gateFor(false);
    gate.change();
    expect(gate.step).toBe('enter');
    await gate.submit('000000');
    expect([gate.step, gate.message]).toEqual(['enter', 'That is not the PIN.']);
    await gate.submit('271828');
    expect(gate.step).toBe('open');
    gate.change();
    expect(gate.step).toBe('choose');
  });

  it('makes one wait after five wrong PINs, also behind a reload', async () => {
    await setPin('271828');
    const gate = await gateFor(true);
    for (let i = 0; i < 5; i++) await gate.submit('000000');
    expect(gate.waitSeconds).toBe(30);
    await gate.submit('271828');
    expect(gate.step).toBe('enter');
    expect((await gateFor(true)).waitSeconds).toBeGreaterThan(25);
  });

  it('takes the PIN of staff-reset.json, and says that it has to go', async () => {
    await setPin('271828');
    const gate = await gateFor(true);
    vi.stubGlobal('fetch', async () => new Response('{"newPin": "314159"}'));
    await gate.reset();
    expect(gate.message).toMatch(/Delete that file/);
    await gate.submit('314159');
    expect(gate.step).toBe('open');
  });
});
