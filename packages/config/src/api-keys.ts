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

/** Shortest accepted secret, in characters: a shorter one could not be kept out of the log without blanking words of it. */
export const minSecretLength = 4;

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
  const keys: (ApiKey & { readonly position: number })[] = [];
  const problems: string[] = [];
  for (const [index, entry] of text.split(',').entries()) {
    const position = index + 1;
    const [name = '', scope = '', ...rest] = entry.trim().split(':');
    const secret = rest.join(':');
    const problem = rest.length === 0 ? 'it is not name:scope:secret' : keyProblem(name, scope, secret);
    const twin = keys.find((key) => key.name === name || key.secret === secret);
    if (problem !== undefined) problems.push(`key ${position}: ${problem}`);
    else if (twin) {
      const what = twin.name === name ? 'name' : 'secret';
      problems.push(`keys ${twin.position} and ${position}: the same ${what} twice`);
    } else keys.push({ position, name, scope: scopes.find((known) => known === scope) ?? 'read', secret });
  }
  if (problems.length > 0) return refused(problems.join('; '));
  return accepted(Object.freeze(keys.map(({ name, scope, secret }) => Object.freeze({ name, scope, secret }))));
}

/** Reads `GATEWAY_API_KEYS`: comma-separated secrets in order of use, each once. Refusals tell positions, never a value. */
export function gatewayKeys(text: string): Parsed<readonly string[]> {
  const keys = text.split(',').map((key) => key.trim());
  const problems = keys.flatMap((key, index) => {
    if (key === '') return [`key ${index + 1} of ${keys.length} is empty`];
    if (!printable.test(key)) return [`key ${index + 1} holds blanks, a line break or characters outside ASCII`];
    const first = keys.indexOf(key);
    return first === index ? [] : [`keys ${first + 1} and ${index + 1} are the same`];
  });
  return problems.length > 0 ? refused(problems.join('; ')) : accepted(Object.freeze(keys));
}

/** Reads one bearer secret, as `REPRICE_API_KEY` holds it. */
export function bearerSecret(text: string): Parsed<string> {
  return printable.test(text) ? accepted(text) : refused('a key with blanks, a line break or characters outside ASCII');
}
