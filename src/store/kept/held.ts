/** What of one kind is on this device. */
export interface Held {
  count: number;
  bytes: number;
}
