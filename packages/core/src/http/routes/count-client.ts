import type { HttpContext } from '../http-context.js';
import type { HttpRequest } from '../request.js';

/**
 * Counts a request of somebody who is not signed in, for their network. Sign-in, registration and recovery have limits of their
 * own. @throws `AuthError` `rate_limited`, `store_unavailable`.
 */
export async function countClient(http: HttpContext, request: HttpRequest): Promise<void> {
  await http.auth.limits.require('api', { tenantId: http.tenantOf(request), ip: http.locate(request).ip });
}
