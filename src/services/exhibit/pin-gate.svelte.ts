import { m } from '../../text/messages';
import { checkPin, hasPin, PIN_PATTERN, pinWaitSeconds, resetPin, setPin } from '../../store/device/pin';
import { messageOf } from '../messages';
import type { Scope } from '../scope';

const SECOND_MS = 1000;

/** Whether the PIN was given, and what is asked for until then. `choose` and `repeat` set a new one. */
export class PinGate {
  step = $state<'loading' | 'enter' | 'choose' | 'repeat' | 'open'>('loading');
  /** What came of the last entry. */
  message = $state('');
  /** Seconds until the next entry is looked at. */
  waitSeconds = $state(0);
  isBusy = $state(false);
  private chosen = '';
  private isCounting = false;

  /** `isRequired`: a PIN is set first where there is none. Otherwise the gate is open then. */
  constructor(
    private readonly scope: Scope,
    private readonly resetUrl: string,
    private readonly isRequired: boolean,
  ) {
    void this.attempt(async () => {
      if (await hasPin()) {
        this.step = 'enter';
        this.wait(await pinWaitSeconds());
      } else this.step = this.isRequired ? 'choose' : 'open';
    });
  }

  async submit(pin: string): Promise<void> {
    if (this.isBusy || this.waitSeconds > 0) return;
    await this.attempt(async () => {
      if (this.step === 'enter') await this.enter(pin);
      else if (!PIN_PATTERN.test(pin)) this.message = m.staff_pin_digits();
      else if (this.step === 'choose') {
        this.chosen = pin;
        this.step = 'repeat';
      } else if (pin === this.chosen) {
        await setPin(pin);
        this.step = 'open';
      } else {
        this.message = m.staff_pin_differs();
        this.step = 'choose';
      }
    });
  }

  /** Asks for a new PIN, of who has given the old one. */
  change(): void {
    if (this.step !== 'open') return;
    this.message = '';
    this.step = 'choose';
  }

  /** Looks for the file by which a technician sets a new PIN. */
  async reset(): Promise<void> {
    await this.attempt(async () => {
      const isReset = await resetPin(this.resetUrl);
      this.message = isReset ? m.staff_pin_reset() : m.staff_pin_not_reset();
      if (isReset) this.waitSeconds = 0;
    });
  }

  private async enter(pin: string): Promise<void> {
    const answer = await checkPin(pin);
    if (answer.is === 'right') {
      this.step = 'open';
      return;
    }
    this.message = m.staff_pin_wrong();
    this.wait(answer.waitSeconds);
  }

  private wait(seconds: number): void {
    this.waitSeconds = seconds;
    if (seconds === 0 || this.isCounting) return;
    this.isCounting = true;
    const stop = this.scope.interval(() => {
      this.waitSeconds = Math.max(0, this.waitSeconds - 1);
      if (this.waitSeconds > 0) return;
      this.isCounting = false;
      stop();
    }, SECOND_MS);
  }

  private async attempt(task: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.message = '';
    try {
      await task();
    } catch (error) {
      this.message = messageOf(error);
    } finally {
      this.isBusy = false;
    }
  }
}
