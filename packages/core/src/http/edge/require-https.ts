import { AuthError } from '../../errors.js';
import type { Guard } from '../guard.js';
import type { HttpContext } from '../http-context.js';
import { findHeader, type HttpRequest } from '../request.js';
import { requireOneOf } from '../require-one-of.js';
import { respondEmpty } from '../response.js';
import type { Route } from '../route.js';
import { createRouter } from '../router.js';
import { healthPaths } from '../routes/well-known-routes.js';
import { allowed, refuse } from './open-guards.js';

/** What `requireHttps` does with what comes by plain http. */
export interface HttpsOptions {
  /**
   * What is sent on to https, where it is GET or HEAD without `Authorization`: `'pages'` (default), which browsers navigate to;
   * `'all'`, also what scripts and other programs ask for; or `'none'`.
   */
  readonly redirects?: 'pages' | 'all' | 'none';
}

/**
 * Refuses what comes by plain http (ASVS 12.2.1), for whatever it says has been on the wire already.
 *
 * A page is redirected to the same path below `publicUrl`. A program that were redirected would go on sending its tokens in the
 * clear first, and nobody would notice (ASVS 4.1.2): it is refused, and so is whatever asks for a ready-made route. Health is
 * answered: it says nothing, and platforms ask for it from inside.
 */
export function createHttpsGuard(
  http: HttpContext,
  routes: readonly Route[],
  { redirects = 'pages' }: HttpsOptions = {},
): Guard {
  const { origin } = new URL(http.auth.publicUrl);
  const { hasPath } = createRouter(routes);
  requireOneOf('requireHttps.redirects', redirects, ['pages', 'all', 'none']);

  const isRedirected = (request: HttpRequest, path: string): boolean =>
    redirects !== 'none' &&
    findHeader(request, 'authorization') === null &&
    !hasPath(path) &&
    (redirects === 'all' || asksForPage(request));

  return (request) => {
    if (http.locate(request).isHttps) return allowed;
    const { method, originalUrl } = request;
    const [path = ''] = originalUrl.split('?', 1);
    const isRead = method === 'GET' || method === 'HEAD';
    if (isRead && healthPaths.includes(path)) return allowed;
    if (!isRead || !isRedirected(request, path))
      return refuse(http, request, new AuthError('https_required'));
    // A path, and nothing that a browser would read as another host.
    const target = /^\/(?![/\\])/.test(originalUrl) ? originalUrl : '/';
    return {
      isAllowed: false,
      response: respondEmpty(308, { headers: { location: origin + target, 'cache-control': 'no-store' } }),
    };
  };
}

/** Browsers say what a request is for on https and on localhost only; elsewhere the types tell it that they ask for. */
function asksForPage(request: HttpRequest): boolean {
  const mode = findHeader(request, 'sec-fetch-mode');
  if (mode !== null) return mode === 'navigate';
  return /(?:^|,)\s*text\/html\s*(?:[;,]|$)/i.test(findHeader(request, 'accept') ?? '');
}
