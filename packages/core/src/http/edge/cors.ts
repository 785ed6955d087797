import type { Guard, Verdict } from '../guard.js';
import { findHeader, type HttpRequest } from '../request.js';
import { respondEmpty } from '../response.js';

/** Who may read answers from another origin. */
export interface CorsOptions {
  /** Exact origins, such as `https://admin.example.com`. Default: `trustedOrigins`. There is no wildcard. */
  readonly origins?: readonly string[];
  /** What those may send. Default: all that routes answer. */
  readonly methods?: readonly string[];
  /** Request headers that those may set. Default: what clients of these routes need. */
  readonly headers?: readonly string[];
  /** Answer headers that those may read. Default: what clients of these routes need. */
  readonly exposedHeaders?: readonly string[];
  /** Cookies may go along. Default `true`. */
  readonly credentials?: boolean;
  /** How long browsers may remember the answer to a preflight, in seconds. Default 600. */
  readonly maxAgeSeconds?: number;
}

/**
 * Cross-origin resource sharing for the origins that are listed, compared exactly (ASVS 3.4.2). Preflights are answered
 * here; other requests go on, and without the headers the browser keeps their answers from the foreign page.
 */
export function createCorsGuard(origins: ReadonlySet<string>, options: CorsOptions): Guard {
  const {
    methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    headers = ['authorization', 'content-type', 'x-csrf-token'],
    exposedHeaders = ['retry-after', 'ratelimit', 'ratelimit-policy', 'www-authenticate', 'x-request-id'],
    credentials = true,
    maxAgeSeconds = 600,
  } = options;
  const shared = credentials ? { 'access-control-allow-credentials': 'true' } : {};
  const preflight = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': headers.join(', '),
    'access-control-max-age': String(maxAgeSeconds),
  };

  return (request): Verdict => {
    const origin = findHeader(request, 'origin');
    const isListed = origin !== null && origins.has(origin);
    const share = isListed ? { 'access-control-allow-origin': origin, ...shared } : {};
    if (!isPreflight(request)) {
      const exposed = isListed ? { 'access-control-expose-headers': exposedHeaders.join(', ') } : {};
      return {
        isAllowed: true,
        identity: null,
        cookies: [],
        headers: { vary: 'Origin', ...share, ...exposed },
      };
    }
    const vary = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
    const answer = isListed ? { ...share, ...preflight } : {};
    return { isAllowed: false, response: respondEmpty(204, { headers: { vary, ...answer } }) };
  };
}

function isPreflight(request: HttpRequest): boolean {
  return request.method === 'OPTIONS' && findHeader(request, 'access-control-request-method') !== null;
}
