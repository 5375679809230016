const ids = new Set<string>();

/** Notes takes and unfinished voices that the user deletes all at once in this tab. */
export function noteDeletedHere(deleted: Iterable<string>): void {
  for (const id of deleted) ids.add(id);
}

/** Whether the user has deleted it in this tab, all at once with the others: then no page offers to save it again. */
export function wasDeletedHere(id: string): boolean {
  return ids.has(id);
}
