/** Absolute address of the published files: a worker resolves relative addresses against its own script. */
export function modelsUrl(): string {
  return new URL('models/', document.baseURI).href;
}
