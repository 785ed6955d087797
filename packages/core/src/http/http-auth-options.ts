import type { Attributes, PolicyModel } from '../domains/authorization/index.js';
import type { Duration } from '../duration.js';
import type { UserRef } from '../stores/user-store.js';
import type { CookieOptions } from './cookies.js';
import type { Transport } from './credentials.js';
import type { Network } from './edge/networks.js';
import type { RequestOrigin } from './edge/request-origin.js';
import type { HttpRequest } from './request.js';
import type { RouteLimitsOptions } from './route-limits.js';

/** How authentication travels over HTTP. */
export interface HttpAuthOptions<M extends PolicyModel = PolicyModel> extends CookieOptions {
  /** Where the routes live. Default `'/auth'`. */
  readonly basePath?: string;
  /** How tokens travel when a request does not say: `'cookie'` (default), `'bearer'` or `'hybrid'`. */
  readonly transport?: Transport;
  /** Origins besides `publicUrl` whose pages may change state, such as `https://admin.example.com`. Default: none. */
  readonly trustedOrigins?: readonly string[];
  /**
   * Cookie requests that change state prove their origin only, by Fetch metadata or `Origin`, and need no CSRF token.
   * For APIs that only browsers with Fetch metadata call. Default `false`.
   */
  readonly allowMissingCsrfToken?: boolean;
  /**
   * How old a proof of who somebody is may be for what matters most: another address, a second factor, and guards of
   * `requireStepUp`. Then `POST /reauthenticate` is needed. `1m` to `24h`, default `'10m'`,
   * which is the most with the profiles `asvs-l2` and `asvs-l3`.
   */
  readonly stepUpWindow?: Duration;
  /**
   * The tenant that a request is for, from its host or path; never from anything a user may choose. Default: `''`.
   *
   * Cookies belong to a host. Where the path tells tenants apart, a visit to another tenant signs a browser out.
   *
   * @param origin its host is that which the client has asked for, behind the proxies that are trusted.
   */
  readonly tenantOf?: (request: HttpRequest, origin: RequestOrigin) => string;
  /**
   * What rules of the policy look at of the user. Asked by every guard that lets somebody through, so keep it in memory or in
   * a cache; a value without a promise costs nothing. Needed where the policy declares attributes of users.
   */
  readonly userAttributes?: (user: UserRef) => Attributes<M['user']> | Promise<Attributes<M['user']>>;
  /**
   * The networks from which the routes below `/admin` are answered, such as `['private']`, whoever asks; from elsewhere it is 403
   * `address_refused`. Default: from anywhere.
   */
  readonly adminNetworks?: readonly Network[];
  /**
   * The proxies in front of the app: networks such as `10.0.0.0/8`, `loopback`, `private`, `cloudflare`, and `unix` for whoever
   * connects by a socket of this machine: name it only where nobody connects otherwise. What they say of the client is believed,
   * and from nobody else (ASVS 4.1.3). Default: none, and a client is who connects.
   */
  readonly trustedProxies?: readonly (Network | 'unix')[];
  /**
   * A request keeps the `X-Request-Id` that one of `trustedProxies` gives it, if that is 8 to 64 letters, digits, `.`, `_` and `-`.
   * For proxies that make it up themselves: one that hands on what the client says lets clients choose. Default `false`: each
   * request gets a random id here.
   */
  readonly keepProxyRequestId?: boolean;
  /**
   * Limits of single ready-made routes, such as `{ 'POST /register': { count: 3, per: '1h' } }`, in addition to
   * `rateLimits` of `createAuth`: so often for each network and, where the route asks who it is, for each account.
   * Default: none.
   */
  readonly routeLimits?: RouteLimitsOptions;
  /**
   * Everybody may read the OpenAPI document of all routes at `GET /openapi.json` below `basePath` (ASVS 13.4.5). Default `false`:
   * make it with `createOpenApiDocument` of `@tessera-auth/core/http` where you need it.
   */
  readonly publishesOpenApi?: boolean;
}
