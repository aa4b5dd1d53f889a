import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isTargetAddress, type ResolveHost, resolveHost, type TargetTerms } from '@reprice/config';

/** A name turned out to be at an address where no sink may be. */
class ForbiddenAddressError extends Error {
  readonly code = 'forbidden-address';

  constructor(name: string, address: string) {
    super(`${name} is at ${address}, where no sink may be`);
  }
}

/**
 * The look-up of a socket that refuses a name when any of its addresses is one where no sink may be. The socket connects to one of the very
 * addresses that were judged here, so it does not matter what the name was when it was saved, nor what it is a moment later.
 */
export function guardedLookup(terms: TargetTerms, resolve: ResolveHost = resolveHost): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) => {
        const forbidden = addresses.find((address) => !isTargetAddress(address, terms));
        if (forbidden !== undefined) return callback(new ForbiddenAddressError(name, forbidden), []);
        const found = addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }));
        const [first] = found;
        if (first === undefined)
          return callback(Object.assign(new Error(`${name} has no address`), { code: 'ENOTFOUND' }), []);
        if (options.all) callback(null, found);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}
