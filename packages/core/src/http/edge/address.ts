import { isIP } from 'node:net';

/**
 * An address in one spelling, or `null` for what is none: a header may hold whatever a client has written. IPv4 that comes as
 * mapped IPv6 is IPv4.
 */
export function readAddress(text: string): string | null {
  // The zone of a link-local address is the name of an interface of this machine.
  const [address = ''] = text.split('%', 1);
  const mapped = /^::ffff:(\d[\d.]+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  return isIP(plain) === 0 ? null : plain;
}

/** An address as proxies write it, which may have a port: `192.0.2.1:443`, `[2001:db8::1]:443`. */
export function readForwardedAddress(text: string): string | null {
  const trimmed = text.trim();
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(trimmed)?.[1];
  const withoutPort = bracketed ?? trimmed.replace(/^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/, '$1');
  return readAddress(withoutPort);
}
