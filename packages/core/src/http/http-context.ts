import type { Auth } from '../create-auth.js';
import type { UserRef } from '../stores/user-store.js';
import type { Cookies } from './cookies.js';
import type { Transport } from './credentials.js';
import type { Networks } from './edge/networks.js';
import type { LocateRequest } from './edge/request-origin.js';
import type { HttpRequest } from './request.js';
import type { RequestIdOf } from './request-ids.js';
import type { RouteLimits } from './route-limits.js';

/** What guards and routes share. */
export interface HttpContext {
  readonly auth: Auth;
  readonly cookies: Cookies;
  /** How tokens travel when a request does not say. */
  readonly transport: Transport;
  /** Origins whose pages may change state. */
  readonly trustedOrigins: ReadonlySet<string>;
  /** Cookie requests that change state must also echo a CSRF token. */
  readonly requiresCsrfToken: boolean;
  /** How old a proof of who somebody is may be where it matters most. */
  readonly stepUpWindowMs: number;
  /** Where a request really comes from, behind the proxies that are trusted. */
  readonly locate: LocateRequest;
  /** What rules look at of the user, or `null` where they look at nothing. */
  readonly userAttributes: ((user: UserRef) => object | Promise<object>) | null;
  /** The id of a request, in its answer and in what is recorded of it. */
  readonly requestIdOf: RequestIdOf;
  /** Where administrators ask from; `null`: from anywhere. */
  readonly adminNetworks: Networks | null;
  /** The ready-made routes that have limits of their own. */
  readonly routeLimits: RouteLimits;
  /** The tenant that a request is for; `''` in an app without tenants. */
  readonly tenantOf: (request: HttpRequest) => string;
}
