import { requireOwnPage } from '../check-csrf.js';
import { originVary, requireTrustedOrigin } from '../check-origin.js';
import { readCredentials } from '../credentials.js';
import type { Guard } from '../guard.js';
import type { HttpContext } from '../http-context.js';
import { isUnsafeMethod } from '../request.js';
import { allowed, refuse } from './open-guards.js';

/** What {@link CsrfOptions} asks of requests that carry no session. */
export interface CsrfOptions {
  /**
   * Also without the cookies of a session, the request must come from the app's own page, such as that of a form to sign in.
   * Default `false`: without them the browser has added nothing that could be misused.
   */
  readonly always?: boolean;
}

/**
 * For the app's own routes what guards do: a request to change state must come from the app's own page and, where cookies
 * carry a session, echo its CSRF token. Requests with a bearer token are let through.
 */
export function createCsrfGuard(http: HttpContext, { always = false }: CsrfOptions = {}): Guard {
  return (request) => {
    if (!isUnsafeMethod(request.method)) return allowed;
    try {
      const credentials = readCredentials(http.cookies, request);
      requireOwnPage(http, request, credentials);
      if (always && credentials.transport === 'cookie') requireTrustedOrigin(request, http.trustedOrigins);
      return allowed;
    } catch (error) {
      return refuse(http, request, error, originVary(request));
    }
  };
}
