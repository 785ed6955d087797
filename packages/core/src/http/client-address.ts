import { isIP } from 'node:net';
import type { HttpRequest } from './request.js';

/**
 * The address that the host found for the client, or `null` where that is none: behind a proxy that is trusted too much,
 * it is whatever the client has written into a header. IPv4 that comes as mapped IPv6 is IPv4.
 */
export function findClientAddress({ ip = '' }: Pick<HttpRequest, 'ip'>): string | null {
  // The zone of a link-local address is the name of an interface of this machine.
  const [address = ''] = ip.split('%', 1);
  const mapped = /^::ffff:(\d[\d.]+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return isIP(plain) === 0 ? null : plain;
}
