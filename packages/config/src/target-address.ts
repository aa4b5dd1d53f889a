import { BlockList, isIP } from 'node:net';

/** IANA's special-purpose registries, and what is multicast or reserved: none of it is a server on the Internet. */
const specialIpv4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, cloud metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/** Within 2000::/3, the only part of IPv6 that is given out; all else (loopback, mapped, NAT64, ULA, link-local, multicast) is refused with it. */
const specialIpv6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23], // protocol assignments: Teredo, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which holds any IPv4 address
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
];

const special = new BlockList();
for (const [network, prefix] of specialIpv4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of specialIpv6) special.addSubnet(network, prefix, 'ipv6');

const givenOut = new BlockList();
givenOut.addSubnet('2000::', 3, 'ipv6');

/** The networks of one's own that a config file may except; never link-local, where clouds keep their metadata. */
const ownIpv4: readonly (readonly [network: string, prefix: number])[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
];
const own = new BlockList();
for (const [network, prefix] of ownIpv4) own.addSubnet(network, prefix, 'ipv4');
own.addAddress('::1', 'ipv6');
own.addSubnet('fc00::', 7, 'ipv6');

/**
 * Whether a sink may be at an IP address (IPv6 without brackets): a public one of the Internet, and where `allowPrivate` holds also one of the
 * own network. False for anything that is no address.
 */
export function isTargetAddress(address: string, { allowPrivate }: { readonly allowPrivate: boolean }): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4') || (allowPrivate && own.check(address, 'ipv4'));
    case 6:
      // An IPv4 address in the clothes of IPv6 is none that was given out, so only `own` might know it, which must not.
      if (/^::ffff:/i.test(address)) return false;
      return (
        (givenOut.check(address, 'ipv6') && !special.check(address, 'ipv6')) ||
        (allowPrivate && own.check(address, 'ipv6'))
      );
    default:
      return false;
  }
}
