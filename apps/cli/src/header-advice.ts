// The API tells its callers to send ?map=…; at the command line that is --map.
const nearestHint =
  /: to use it, send \?map=(\w+)=[^?]*?(, or \?currency=USD if all rows share one)?\.(?= There is no column|$)/g;
const nearestColumn =
  /The nearest is "(.+?)": to use it, send \?map=(\w+)=|Name the right one with \?map=(\w+)=<column>/g;

/** The detail of a problem in the words of the command line, without the query parameters of the API. */
export function withoutQuery(detail: string): string {
  return detail
    .replace(
      nearestHint,
      (_all, _field, currency?: string) => `${currency ? '; or add --currency USD if all rows share one' : ''}.`,
    )
    .replaceAll(/\?map=(\w+)=<column>/g, '--map $1=COLUMN')
    .replaceAll('?currency=USD', '--currency USD')
    .replaceAll('?map=', '--map ');
}

/** A column as the shell takes it: bare, in double quotes, or in single quotes where it holds what a shell would read. */
function shellColumn(column: string): string {
  if (/^[\p{L}\p{N}_.-]+$/u.test(column)) return column;
  if (/^[\p{L}\p{N} _.()/#:-]+$/u.test(column)) return `"${column}"`;
  const quoted = /[",]/.test(column) ? `"${column.replaceAll('"', '""')}"` : column;
  return `'${quoted.replaceAll("'", "'\\''")}'`;
}

/** The value of `--map` that a `csv-header` problem suggests, such as `sku=id,price="Variant Price"`; undefined when it suggests none. */
export function suggestedMap(detail: string): string | undefined {
  const pairs = [...detail.matchAll(nearestColumn)].map(([, column = 'COLUMN', field, unknown]) => {
    const isCut = column.endsWith('…');
    return `${field ?? unknown}=${isCut ? 'COLUMN' : shellColumn(column)}`;
  });
  return pairs.length === 0 ? undefined : pairs.join(',');
}
