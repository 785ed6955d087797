import type { OwnZone, RateLimitZone } from '../domains/rate-limits/index.js';
import { findCountedAddress } from './edge/counted-address.js';
import type { Identity } from './guard.js';
import type { HttpContext } from './http-context.js';
import type { HttpRequest } from './request.js';
import { sourceOf } from './request-source.js';
import type { Route } from './route.js';
import { nameOfRoute } from './route-limits.js';

/** The limits of a route, if it has any of its own. */
export function findRouteLimits(
  { routeLimits }: HttpContext,
  route: Pick<Route, 'method' | 'path'>,
): OwnZone | null {
  return routeLimits.get(nameOfRoute(route)) ?? null;
}

/** Counts a request for the network it comes from. @throws `AuthError` `rate_limited`, `store_unavailable`. */
export async function countNetwork(
  http: HttpContext,
  request: HttpRequest,
  zone: RateLimitZone | OwnZone,
): Promise<void> {
  const subject = { tenantId: http.tenantOf(request), ip: findCountedAddress(http, request) };
  await http.auth.limits.require(zone, subject, () => sourceOf(http, request));
}

/** Counts a request for the account, wherever it comes from. @throws `AuthError` `rate_limited`, `store_unavailable`. */
export async function countAccount(
  { auth }: HttpContext,
  { tenantId, userId }: Identity,
  zone: RateLimitZone | OwnZone,
): Promise<void> {
  await auth.limits.require(zone, { tenantId, account: userId });
}
