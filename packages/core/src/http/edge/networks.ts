import { BlockList, isIPv4 } from 'node:net';
import { readAddress } from './address.js';

/** Networks that have a name. */
const named = {
  /** This machine. */
  loopback: ['127.0.0.0/8', '::1/128'],
  /** Networks that nobody reaches from outside (RFC 1918, RFC 4193, RFC 3927, RFC 4291). */
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'],
  /** https://www.cloudflare.com/ips, as of 2026. */
  cloudflare: [
    ...['173.245.48.0/20', '103.21.244.0/22', '103.22.200.0/22', '103.31.4.0/22', '141.101.64.0/18'],
    ...['108.162.192.0/18', '190.93.240.0/20', '188.114.96.0/20', '197.234.240.0/22', '198.41.128.0/17'],
    ...['162.158.0.0/15', '104.16.0.0/13', '104.24.0.0/14', '172.64.0.0/13', '131.0.72.0/22'],
    ...['2400:cb00::/32', '2606:4700::/32', '2803:f800::/32', '2405:b500::/32', '2405:8100::/32'],
    ...['2a06:98c0::/29', '2c0f:f248::/32'],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A network in CIDR notation, a single address, or one of `loopback`, `private`, `cloudflare`. */
export type Network = keyof typeof named | (string & {});

/** A set of networks. */
export interface Networks {
  has(address: string): boolean;
}

/** @throws `TypeError` naming the option when one of them is no network, without repeating it. */
export function readNetworks(option: string, networks: readonly Network[]): Networks {
  if (!Array.isArray(networks)) throw new TypeError(`${option}: expected a list of networks`);
  const list = new BlockList();
  for (const network of networks) {
    const cidrs = Object.hasOwn(named, network) ? named[network as keyof typeof named] : [network];
    for (const cidr of cidrs) addTo(list, option, cidr);
  }
  return { has: (address) => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6') };
}

function addTo(list: BlockList, option: string, cidr: string): void {
  const [text = '', prefix, ...rest] = String(cidr).split('/');
  const address = readAddress(text);
  const isMapped = address !== text;
  const bits = address !== null && isIPv4(address) ? 32 : 128;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  // A mapped address counts its bits from another place, and `/0` would trust everybody.
  if (address === null || isMapped || rest.length > 0 || length < 1 || length > bits) {
    throw new TypeError(
      `${option}: expected networks such as '10.0.0.0/8', or loopback, private, cloudflare`,
    );
  }
  list.addSubnet(address, length, bits === 32 ? 'ipv4' : 'ipv6');
}
