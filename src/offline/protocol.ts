/** What a page asks the service worker for. Each question comes with a port for its answer. */
export type Question =
  | { ask: 'state' }
  /** Fetches one file, with `FileProgress` meanwhile. */
  | { ask: 'keep'; path: string }
  /** Deletes files of earlier versions, unless another tab could still use them. */
  | { ask: 'tidy' }
  /** Of a worker that waits: to replace the one in use. */
  | { ask: 'take' };

export interface FileSize {
  /** Relative to the app's address. */
  path: string;
  bytes: number;
}

export interface ShellState {
  version: string;
  bytesTotal: number;
  /** Files of this version that are not on this device, in the order in which they are best fetched. */
  missing: FileSize[];
}

export interface Answers {
  state: ShellState;
  keep: null;
  tidy: null;
  take: null;
}

export type Reply =
  | { kind: 'progress'; bytes: number }
  | { kind: 'done'; answer: ShellState | null }
  | { kind: 'failed'; message: string };
