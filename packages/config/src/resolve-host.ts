import { lookup } from 'node:dns';

/** All addresses of a host name; rejects with the resolver's error. */
export type ResolveHost = (name: string) => Promise<readonly string[]>;

/** Asks the system: /etc/hosts, DNS. */
export const resolveHost: ResolveHost = (name) =>
  new Promise((resolve, reject) => {
    lookup(name, { all: true, verbatim: true }, (error, found) =>
      error ? reject(error) : resolve(found.map(({ address }) => address)),
    );
  });
