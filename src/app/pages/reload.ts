/** Reloads the page if its address answers; otherwise resolves with false. */
export async function reloadIfReachable(): Promise<boolean> {
  const response = await fetch(document.baseURI, { cache: 'no-store' }).catch(() => null);
  if (!response?.ok) return false;
  location.reload();
  return true;
}
