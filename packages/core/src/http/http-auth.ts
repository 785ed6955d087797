import type { Auth } from '../create-auth.js';
import type { PermissionIn, PolicyModel } from '../domains/authorization/index.js';
import { type Duration, parseDuration } from '../duration.js';
import { createCookies } from './cookies.js';
import { transports } from './credentials.js';
import { describeHttpPolicy, type HttpPolicyReport } from './describe-http-policy.js';
import { type CorsOptions, createCorsGuard } from './edge/cors.js';
import { type CsrfOptions, createCsrfGuard } from './edge/csrf.js';
import { type Network, readNetworks } from './edge/networks.js';
import { createRateLimitGuard, type RateLimitOptions } from './edge/rate-limit.js';
import { createRequestLocator, type RequestOrigin } from './edge/request-origin.js';
import { createAddressGuard } from './edge/require-address.js';
import { createHttpsGuard, type HttpsOptions } from './edge/require-https.js';
import { createHeadersGuard, type SecurityHeadersOptions } from './edge/security-headers.js';
import type { Guard } from './guard.js';
import { createGuard } from './guards.js';
import type { HttpAuthOptions } from './http-auth-options.js';
import type { HttpContext } from './http-context.js';
import { applyHttpProfile } from './http-profile.js';
import { type LoadOwner, type LoadRecord, requireOwner, requirePermissions } from './permission-guards.js';
import { requireProof } from './recent-proof.js';
import type { HttpRequest } from './request.js';
import { createRequestIds } from './request-ids.js';
import { requireDecision } from './require-decision.js';
import { requireOneOf } from './require-one-of.js';
import type { Route } from './route.js';
import { readRouteLimits, requireLimitedRoutes } from './route-limits.js';
import { createRoutes } from './routes/index.js';
import { type AdmitSocket, createSocketGuard } from './socket-guard.js';

/** How fresh and how strong the proof has to be. */
export interface StepUpOptions {
  /** Default: `stepUpWindow`. */
  readonly within?: Duration;
  /** With a second factor. Default `false`: with everything that the user's sign-in asks for. */
  readonly secondFactor?: boolean;
}

/** The routes and guards of one app: hand them to a binding. */
export interface HttpAuth<M extends PolicyModel = PolicyModel> {
  /** The ready-made routes. Mount all, a selection, or none. */
  readonly routes: readonly Route[];
  /** What is in force, of `auth` and over HTTP, without secrets; `formatPolicy` makes lines for a log of it. */
  describePolicy(): HttpPolicyReport;
  /** Lets every signed-in user through. */
  signedIn(): Guard;
  /** Lets users through who have the role or one that inherits from it. @throws `TypeError` for an unknown role. */
  requireRole(role: M['role']): Guard;
  /**
   * Lets users through whom the policy allows it, over the record that the request is about.
   *
   * Where there is no such record, whoever may for every record gets 404 `record_not_found`, and everybody else 403, as for a
   * record that is not theirs.
   *
   * @param load the record; needed where the policy declares attributes of the resource.
   * @throws `TypeError` for an unknown permission.
   */
  requirePermission<const P extends PermissionIn<M>, Request = HttpRequest>(
    permission: P,
    ...load: LoadRecord<M, P, Request>
  ): Guard;
  /** Lets users through whom the policy allows at least one of these, over one record. @throws `TypeError` for an unknown one. */
  requireAny<const P extends PermissionIn<M>, Request = HttpRequest>(
    permissions: readonly P[],
    ...load: LoadRecord<M, P, Request>
  ): Guard;
  /** Lets users through whom the policy allows all of these, over one record. @throws `TypeError` for an unknown one. */
  requireAll<const P extends PermissionIn<M>, Request = HttpRequest>(
    permissions: readonly P[],
    ...load: LoadRecord<M, P, Request>
  ): Guard;
  /**
   * Lets a user through whose id `load` gives, whatever their roles; `null`, for what is not there, is nobody's.
   *
   * Prefer a relation of the policy and {@link HttpAuth.requirePermission}: then administrators need no route of their own.
   */
  requireOwner<Request = HttpRequest>(load: LoadOwner<Request>): Guard;
  /**
   * Lets users through who have just proved in full who they are; others get 401 `step_up_required` with the demand in
   * `WWW-Authenticate` (RFC 9470) and go on with `POST /reauthenticate`.
   */
  requireStepUp(options?: StepUpOptions): Guard;
  /**
   * Lets every signed-in user through, to handlers that decide; put it in front of a whole area. An answer below 400 is withheld
   * where nobody has asked for a decision about the request since: the client gets 500 `decision_missing` without a word of it,
   * and `onError` and the event `sys_failure` say which route it was.
   *
   * Decisions are `requirePermission`, `requireAny`, `requireAll`, `requireOwner` and `requireRole` that let the request through, and
   * `can`, `decide` and `principal` of the identity, whatever they say.
   */
  requireDecision(): Guard;

  /**
   * Asks whether the request to open a WebSocket may go on: a page of a trusted origin, whose user the guard lets through. The
   * socket is checked again while it lives, once `watch` of the answer has been called.
   */
  readonly admitSocket: AdmitSocket;

  /** Where a request really comes from, behind the proxies that are trusted. */
  locate(request: HttpRequest): RequestOrigin;
  /** The id of a request, as its answer and all that is recorded of it have it: for the app's own logs. */
  requestIdOf(request: HttpRequest): string;
  /**
   * Refuses what comes by plain http with 403 `https_required` (ASVS 12.2.1); only who asks for a page is redirected, and never
   * from a ready-made route (ASVS 4.1.2).
   */
  requireHttps(options?: HttpsOptions): Guard;
  /** Lets requests from these networks through; others get 403 `address_refused`. @throws `TypeError` when one is none. */
  requireAddress(networks: readonly Network[]): Guard;
  /** Sends the headers that a page of the app should have (ASVS 3.4), and at least those of the profile. */
  securityHeaders(options?: SecurityHeadersOptions): Guard;
  /** Lets pages of other origins read answers, and answers preflights. Default: those of `trustedOrigins`. */
  cors(options?: CorsOptions): Guard;
  /** Refuses state-changing requests that a foreign page has made the browser send, with 403 `csrf_refused`. */
  csrf(options?: CsrfOptions): Guard;
  /** Lets a client through so often, or an account behind a guard that knows it; then 429 `rate_limited`. */
  rateLimit(options?: RateLimitOptions): Guard;
}

/**
 * Routes and guards over an app's authentication.
 *
 * @throws `TypeError` naming the option that is not acceptable.
 */
export function createHttpAuth<M extends PolicyModel>(
  auth: Auth<M>,
  given: HttpAuthOptions<NoInfer<M>> = {},
): HttpAuth<M> {
  const options: HttpAuthOptions = applyHttpProfile(auth.profile, given as HttpAuthOptions);
  const isHttps = auth.publicUrl.startsWith('https:');
  // A setting from a developer's machine that went along into production.
  if (options.allowInsecureCookies === true && isHttps)
    throw new TypeError('allowInsecureCookies: only for a publicUrl on plain http');
  if (Object.keys(auth.policy.userAttributes).length > 0 && options.userAttributes === undefined)
    throw new TypeError('userAttributes: missing, while rules of the policy look at attributes of users');
  const { tenantOf } = options;
  const locate = createRequestLocator(options.trustedProxies ?? []);
  const { keepProxyRequestId = false, trustedProxies = [], publishesOpenApi = false } = options;
  const basePath = readBasePath(options.basePath ?? '/auth');
  if (keepProxyRequestId && trustedProxies.length === 0)
    throw new TypeError('keepProxyRequestId: there are no trustedProxies');
  const requestIdOf = createRequestIds((request) => keepProxyRequestId && locate(request).isFromProxy);
  const http: HttpContext = {
    auth: auth as unknown as Auth,
    cookies: createCookies(options),
    transport: requireOneOf('transport', options.transport ?? 'cookie', transports),
    trustedOrigins: new Set([auth.publicUrl, ...(options.trustedOrigins ?? [])].map(readOrigin)),
    requiresCsrfToken: options.allowMissingCsrfToken !== true,
    userAttributes: options.userAttributes ?? null,
    stepUpWindowMs: readWindow('stepUpWindow', options.stepUpWindow ?? '10m'),
    locate,
    requestIdOf,
    adminNetworks:
      options.adminNetworks === undefined ? null : readNetworks('adminNetworks', options.adminNetworks),
    routeLimits: readRouteLimits(options.routeLimits ?? {}, basePath),
    tenantOf: tenantOf === undefined ? () => '' : (request) => tenantOf(request, locate(request)),
  };
  const { trustedOrigins } = http;
  const routes = createRoutes(http, basePath, publishesOpenApi === true);
  requireLimitedRoutes(http.routeLimits, routes);
  return {
    routes,
    describePolicy: () => describeHttpPolicy(http, basePath, options),
    admitSocket: createSocketGuard(http),
    locate,
    requestIdOf,
    requireHttps: (https) => createHttpsGuard(http, routes, https),
    requireAddress: (networks) => createAddressGuard(http, networks),
    securityHeaders: (headers) => createHeadersGuard(isHttps, auth.profile, headers),
    cors: ({ origins, ...cors } = {}) =>
      createCorsGuard(origins === undefined ? trustedOrigins : new Set(origins.map(readOrigin)), cors),
    csrf: (csrf) => createCsrfGuard(http, csrf),
    rateLimit: (limit) => createRateLimitGuard(http, limit),

    signedIn: () => createGuard(http, () => true),

    requireRole(role) {
      if (!auth.policy.isRole(role)) throw new TypeError('requireRole: there is no such role');
      return createGuard(http, ({ claims }) => auth.policy.hasRole(claims.roles, role), {
        missing: 'role',
        name: role,
      });
    },

    requirePermission: (permission, ...[load]) => requirePermissions(http, 'all', [permission], load),
    requireAny: (permissions, ...[load]) => requirePermissions(http, 'any', permissions, load),
    requireAll: (permissions, ...[load]) => requirePermissions(http, 'all', permissions, load),
    requireOwner: (load) => requireOwner(http, load),
    requireDecision: () => requireDecision(http),

    requireStepUp({ within, secondFactor: needsSecondFactor = false } = {}) {
      const maxAgeMs = within === undefined ? http.stepUpWindowMs : readWindow('within', within);
      return createGuard(http, ({ identity }) => {
        requireProof(http, identity, { maxAgeMs, needsSecondFactor });
        return true;
      });
    },
  };
}

function readWindow(option: string, window: Duration): number {
  return parseDuration(option, window, { min: '1m', max: '24h' });
}

function readOrigin(url: string): string {
  const origin = URL.canParse(url) ? new URL(url).origin : 'null';
  // `null` is what every sandboxed frame and local file calls itself.
  if (origin === 'null')
    throw new TypeError('trustedOrigins: expected origins such as https://app.example.com');
  return origin;
}

function readBasePath(path: string): string {
  if (!/^(?:\/[A-Za-z0-9._~-]+)*$/.test(path))
    throw new TypeError("basePath: expected a path such as '/auth'");
  return path;
}
