/** Address of the exhibit that a fleet's machines are served. */
export function exhibitUrl(): string {
  return new URL('exhibit.json', document.baseURI).href;
}

/** Address of the file by which a technician sets a new PIN, see `resetPin`. */
export function staffResetUrl(): string {
  return new URL('staff-reset.json', document.baseURI).href;
}
