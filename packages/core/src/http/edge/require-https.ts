import { AuthError } from '../../errors.js';
import type { Guard } from '../guard.js';
import type { HttpContext } from '../http-context.js';
import { respondEmpty } from '../response.js';
import { allowed, refuse } from './open-guards.js';

/**
 * Refuses what comes by plain http (ASVS 12.2.1): a page is redirected to `publicUrl`, everything else is refused, for
 * its body has been on the wire already.
 */
export function createHttpsGuard(http: HttpContext): Guard {
  const { origin } = new URL(http.auth.publicUrl);
  return (request) => {
    if (http.locate(request).isHttps) return allowed;
    const { method, originalUrl } = request;
    if (method !== 'GET' && method !== 'HEAD') return refuse(http, request, new AuthError('https_required'));
    // A path, and nothing that a browser would read as another host.
    const path = /^\/(?![/\\])/.test(originalUrl) ? originalUrl : '/';
    return {
      isAllowed: false,
      response: respondEmpty(308, { headers: { location: origin + path, 'cache-control': 'no-store' } }),
    };
  };
}
