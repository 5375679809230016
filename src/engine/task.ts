/** Lets messages in: a promise alone would keep a worker from hearing that its job was cancelled. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
