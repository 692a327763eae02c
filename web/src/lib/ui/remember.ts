/** Keeps a choice for the next visits: the server sets the cookie when an address names the choice. */
export function rememberChoice(name: 'lang' | 'theme', value: string): void {
  // A choice that could not be kept still holds on this page; there is nothing to tell.
  fetch(`/?${name}=${value}`, { method: 'HEAD' }).catch(() => undefined);
}
