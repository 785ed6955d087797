export { maxBodyBytes } from './answer-route.js';
export { askGuard } from './ask-guard.js';
export type { CookieOptions } from './cookies.js';
export type { Transport } from './credentials.js';
export type { HttpPolicyReport } from './describe-http-policy.js';
export type { CorsOptions } from './edge/cors.js';
export type { CsrfOptions } from './edge/csrf.js';
export type { Network } from './edge/networks.js';
export type { RateLimitOptions } from './edge/rate-limit.js';
export type { RequestOrigin } from './edge/request-origin.js';
export type { HttpsOptions } from './edge/require-https.js';
export type { ContentSecurityPolicy, SecurityHeadersOptions } from './edge/security-headers.js';
export {
  type Allowed,
  all,
  type Guard,
  type Identity,
  type Register,
  type RegisteredModel,
  type Review,
  type Verdict,
} from './guard.js';
export { createHttpAuth, type HttpAuth } from './http-auth.js';
export type { HttpAuthOptions } from './http-auth-options.js';
export { keepCookies } from './node/keep-cookies.js';
export { keepHeaders } from './node/keep-headers.js';
export { readRawBody } from './node/read-raw-body.js';
export { refuseUpgrade } from './node/refuse-upgrade.js';
export { reviewAnswer } from './node/review-answer.js';
export { createOpenApiDocument, type OpenApiInfo } from './openapi.js';
export { statusOf } from './problem.js';
export type { HttpRequest } from './request.js';
export { findRefusal } from './require-permission.js';
export { type HttpResponse, type ResponseExtras, respondEmpty, respondJson } from './response.js';
export {
  defineRoute,
  type Route,
  type RouteDefinition,
  type RouteInput,
  type RouteMethod,
  type RouteWatch,
} from './route.js';
export type { RouteLimitsOptions, RouteName } from './route-limits.js';
export { createRouter, type Router } from './router.js';
export type { AdmitSocket, AdmittedSocket, SocketVerdict, UpgradeRequest } from './socket-guard.js';
export type { SocketEnd } from './socket-watch.js';
