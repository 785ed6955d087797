import type { Guard } from '../guard.js';
import type { HttpContext } from '../http-context.js';
import { type Network, readNetworks } from './networks.js';
import { createOpenGuard, refuseAddress } from './open-guards.js';

/** Lets requests from these networks through, whoever sends them. @throws `TypeError` when one is none. */
export function createAddressGuard(http: HttpContext, networks: readonly Network[]): Guard {
  const listed = readNetworks('requireAddress', networks);
  return createOpenGuard((request) => {
    const { ip } = http.locate(request);
    if (ip === null || !listed.has(ip)) refuseAddress();
  });
}
