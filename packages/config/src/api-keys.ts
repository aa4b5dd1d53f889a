import { didYouMean } from './did-you-mean.ts';
import { accepted, type Parsed, refused } from './parsed.ts';

/** What a client of the API may do; each scope includes those before it. */
export const scopes = ['read', 'write', 'admin'] as const;
/** One of {@link scopes}. */
export type Scope = (typeof scopes)[number];

/** A key of the HTTP API: who it is, what they may do, and the bearer secret. */
export interface ApiKey {
  readonly name: string;
  readonly scope: Scope;
  readonly secret: string;
}

/** Shortest accepted secret, in characters: below it a key could be guessed through the API. */
export const minSecretLength = 8;

/** What a secret may consist of: printable ASCII without blanks. */
export const printable = /^[\x21-\x7e]+$/;

function keyProblem(name: string, scope: string, secret: string): string | undefined {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name))
    return 'its name is not 1 to 64 letters, digits, dots, dashes or underscores';
  if (!scopes.some((known) => known === scope)) {
    // Someone may have written the secret where the scope belongs: a scope is shown only through its nearest match.
    return `its scope is not read, write or admin${didYouMean(scope.toLowerCase(), scopes)}`;
  }
  if (secret.length < minSecretLength)
    return `its secret has ${secret.length} characters, fewer than ${minSecretLength}`;
  if (!printable.test(secret)) return 'its secret holds blanks or characters outside ASCII';
  return undefined;
}

/** Reads `API_KEYS`: `name:scope:secret`, comma-separated; names and secrets are unique. Refusals tell positions, never a value. */
export function apiKeys(text: string): Parsed<readonly ApiKey[]> {
  const keys: ApiKey[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const [name = '', scope = '', ...rest] = entry.trim().split(':');
    const secret = rest.join(':');
    const problem = rest.length === 0 ? 'it is not name:scope:secret' : keyProblem(name, scope, secret);
    if (problem !== undefined) return refused(`key ${index + 1}: ${problem}`);
    const twin = keys.findIndex((key) => key.name === name || key.secret === secret);
    if (twin !== -1) {
      return refused(
        `keys ${twin + 1} and ${index + 1}: the same ${keys[twin]?.name === name ? 'name' : 'secret'} twice`,
      );
    }
    keys.push(Object.freeze({ name, scope: scopes.find((known) => known === scope) ?? 'read', secret }));
  }
  return accepted(Object.freeze(keys));
}

/** Reads `GATEWAY_API_KEYS`: comma-separated secrets in order of use, each once. Refusals tell positions, never a value. */
export function gatewayKeys(text: string): Parsed<readonly string[]> {
  const keys = text.split(',').map((key) => key.trim());
  for (const [index, key] of keys.entries()) {
    if (key === '') return refused(`key ${index + 1} of ${keys.length} is empty`);
    if (!printable.test(key)) return refused(`key ${index + 1} holds blanks, a line break or characters outside ASCII`);
    if (keys.indexOf(key) !== index) return refused(`keys ${keys.indexOf(key) + 1} and ${index + 1} are the same`);
  }
  return accepted(Object.freeze(keys));
}

/** Reads one bearer secret, as `REPRICE_API_KEY` holds it. */
export function bearerSecret(text: string): Parsed<string> {
  return printable.test(text) ? accepted(text) : refused('a key with blanks, a line break or characters outside ASCII');
}
