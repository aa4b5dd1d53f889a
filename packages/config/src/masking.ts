const longestShown = 80;

/** The value as the error message may show it: quoted, control characters escaped, at most 80 characters. */
export function shown(value: string): string {
  return JSON.stringify(value.length > longestShown ? `${value.slice(0, longestShown)}…` : value);
}

/** A secret as the error message may show it: its length alone. */
export function hidden(value: string): string {
  return `(${value.length} ${value.length === 1 ? 'character' : 'characters'}, hidden)`;
}

/** A URL or a list of them, well-formed or not, without what may be secret: user and password (up to the last `@`) and any query. */
export function maskedUrl(value: string): string {
  const at = value.lastIndexOf('@');
  const start = value.indexOf('//') + 2;
  const bare = at === -1 ? value : `${start >= 2 && start <= at ? value.slice(0, start) : ''}***${value.slice(at)}`;
  return shown(bare.replace(/[?#].*$/s, '?***'));
}
