import { AuthError } from '../../errors.js';
import type { Guard } from '../guard.js';
import type { HttpContext } from '../http-context.js';
import type { HttpRequest } from '../request.js';
import { type Network, type Networks, readNetworks } from './networks.js';
import { createOpenGuard } from './open-guards.js';

/** Lets requests from these networks through, whoever sends them. @throws `TypeError` when one is none. */
export function createAddressGuard(http: HttpContext, networks: readonly Network[]): Guard {
  const listed = readNetworks('requireAddress', networks);
  return createOpenGuard(http, (request) => requireAddress(http, request, listed));
}

/** @throws `AuthError` `address_refused` unless the request comes from one of the networks. */
export function requireAddress(http: HttpContext, request: HttpRequest, listed: Networks): void {
  const { ip } = http.locate(request);
  if (ip === null || !listed.has(ip)) throw new AuthError('address_refused');
}
