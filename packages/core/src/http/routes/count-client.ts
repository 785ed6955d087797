import type { RateLimitZone } from '../../domains/rate-limits/index.js';
import { countNetwork } from '../count-route.js';
import type { HttpContext } from '../http-context.js';
import type { HttpRequest } from '../request.js';

/**
 * Counts a request of somebody who is not signed in, for their network. Sign-in, registration and recovery have limits of their
 * own. @throws `AuthError` `rate_limited`, `store_unavailable`.
 */
export function countClient(http: HttpContext, request: HttpRequest): Promise<void> {
  return countNetwork(http, request, 'api');
}

/**
 * Counts a request whose sender has no address, for which the flows count nobody.
 *
 * @throws `AuthError` `rate_limited`, `store_unavailable`.
 */
export async function countUnknownClient(
  http: HttpContext,
  request: HttpRequest,
  zone: RateLimitZone,
): Promise<void> {
  if (http.locate(request).ip === null) await countNetwork(http, request, zone);
}
