/*
 * Loaded into a process before all else: it then believes of names under example.com what the trial wants it to, and of others what the system
 * says. NAMES_AT=rebound: what was public a moment ago is at loopback now.
 */
import dns, { type LookupAddress, type LookupAllOptions } from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

type Found = (error: Error | null, addresses: LookupAddress[]) => void;

const system = dns.lookup as (name: string, options: LookupAllOptions, found: Found) => void;
const isRebound = process.env.NAMES_AT === 'rebound';

function addressesOf(name: string): readonly string[] | undefined {
  if (name === 'private.example.com') return ['127.0.0.1'];
  if (name === 'half.example.com') return ['93.184.215.14', '10.0.0.7'];
  if (name === 'mapped.example.com') return ['::ffff:127.0.0.1'];
  if (name === 'rebinding.example.com') return [isRebound ? '127.0.0.1' : '93.184.215.14'];
  return undefined;
}

Object.assign(dns, {
  lookup(name: string, options: LookupAllOptions, found: Found): void {
    const known = addressesOf(name);
    if (known === undefined) system(name, options, found);
    else
      setImmediate(() =>
        found(
          null,
          known.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
      );
  },
});
syncBuiltinESMExports();
