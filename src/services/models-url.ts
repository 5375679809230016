/** Absolute address of the published files: a worker has another idea of what is relative. */
export function modelsUrl(): string {
  return new URL('models/', document.baseURI).href;
}
