import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network that an address is counted by: IPv4 as it is, also where it comes as mapped IPv6; of IPv6 the canonical /64,
 * which is what one subscriber has at least. What is no address comes back as it is.
 */
export function networkOf(address: string): string {
  const [plain = ''] = address.split('%', 1);
  if (isIPv4(plain) || !isIPv6(plain)) return plain;
  // The URL parser writes every spelling of an address the same way.
  const canonical = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::', 2);
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array<string>(8 - front.length - back.length).fill('0'), ...back];
  if (groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff') {
    const bits = groups.slice(6).map((group) => Number.parseInt(group, 16));
    return bits.flatMap((group) => [group >> 8, group & 255]).join('.');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
