import { findHeader, type HttpRequest } from '../request.js';
import { readAddress, readForwardedAddress } from './address.js';
import { type Network, readNetworks } from './networks.js';

/** Where a request really comes from. */
export interface RequestOrigin {
  /** Whoever connects is a proxy that is trusted. */
  readonly isFromProxy: boolean;
  /** The address of the client, or `null` where none is known. */
  readonly ip: string | null;
  /** It has reached us, or the first proxy that is trusted, by https. */
  readonly isHttps: boolean;
  /** The host that the client asked for, as it says: compare it, and never build links with it. */
  readonly host: string | null;
}

/** Finds out where requests come from. */
export type LocateRequest = (request: HttpRequest) => RequestOrigin;

/**
 * Goes by the connection, and by what proxies say only where the connection comes from one of them: anybody can send a header.
 *
 * The address is the right-most of `X-Forwarded-For` that is no trusted proxy (ASVS 4.1.3): what stands left of it, the client
 * has written. An entry that is no address ends the search there.
 *
 * @throws `TypeError` naming the option that is not acceptable.
 */
export function createRequestLocator(trustedProxies: readonly (Network | 'unix')[]): LocateRequest {
  const option = 'trustedProxies';
  const trustsUnix = trustedProxies.includes('unix');
  const trusted = readNetworks(
    option,
    trustedProxies.filter((network) => network !== 'unix'),
  );
  let isWarned = false;

  return (request) => {
    const peer = readAddress(request.socket?.remoteAddress ?? '');
    const isProxy = peer === null ? trustsUnix && request.socket !== undefined : trusted.has(peer);
    const forwardedFor = findHeader(request, 'x-forwarded-for');
    const host = findHeader(request, 'host');
    if (!isProxy) {
      if (forwardedFor !== null && trustedProxies.length === 0 && !isWarned) {
        isWarned = true;
        process.emitWarning(
          'Requests come through a proxy that is not in trustedProxies: all its clients count as one.',
          { code: 'TESSERA_UNTRUSTED_PROXY' },
        );
      }
      return { isFromProxy: false, ip: peer, isHttps: request.socket?.encrypted === true, host };
    }
    const proto = findHeader(request, 'x-forwarded-proto');
    return {
      isFromProxy: true,
      ip: findClient(peer, forwardedFor, trusted),
      isHttps: proto === null ? request.socket?.encrypted === true : isEveryHttps(proto),
      host: findHeader(request, 'x-forwarded-host')?.split(',').at(-1)?.trim() ?? host,
    };
  };
}

function findClient(
  peer: string | null,
  forwardedFor: string | null,
  trusted: { has(address: string): boolean },
): string | null {
  let client = peer;
  for (const entry of forwardedFor?.split(',').reverse() ?? []) {
    const address = readForwardedAddress(entry);
    if (address === null) return client;
    client = address;
    if (!trusted.has(address)) return client;
  }
  return client;
}

/** Where proxies add to what came, one plain hop makes the whole way plain. */
function isEveryHttps(proto: string): boolean {
  return proto.split(',').every((hop) => hop.trim().toLowerCase() === 'https');
}
