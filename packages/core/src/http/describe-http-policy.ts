import type { PolicyReport } from '../create-auth/describe-policy.js';
import { writeLimit } from '../create-auth/write-limit.js';
import { type Duration, writeDuration } from '../duration.js';
import type { Transport } from './credentials.js';
import type { HttpAuthOptions } from './http-auth-options.js';
import type { HttpContext } from './http-context.js';

/** What is in force, over HTTP too: plain data without secrets. What is named as an option is what that option says. */
export interface HttpPolicyReport extends PolicyReport {
  readonly http: {
    readonly basePath: string;
    /** How tokens travel where a request does not say. */
    readonly transport: Transport;
    readonly sameSite: 'Lax' | 'Strict';
    readonly persistentCookies: boolean;
    readonly allowInsecureCookies: boolean;
    readonly allowMissingCsrfToken: boolean;
    readonly stepUpWindow: Duration;
    /** That of `publicUrl`, and `trustedOrigins`. */
    readonly trustedOrigins: readonly string[];
    readonly trustedProxies: readonly string[];
    readonly adminNetworks: 'anywhere' | readonly string[];
    readonly keepProxyRequestId: boolean;
    readonly publishesOpenApi: boolean;
  };
  /** Of each route that has limits of its own those that all hold, as in {@link PolicyReport.rateLimits}. */
  readonly routeLimits: 'off' | Readonly<Record<string, readonly string[]>>;
}

/** The policy in force, of the app's authentication and of its routes and guards. */
export function describeHttpPolicy(
  http: HttpContext,
  basePath: string,
  options: Pick<
    HttpAuthOptions,
    'trustedProxies' | 'adminNetworks' | 'keepProxyRequestId' | 'publishesOpenApi'
  >,
): HttpPolicyReport {
  const limits = [...http.routeLimits.values()].map(({ name, limits }) => [name, limits.map(writeLimit)]);
  return {
    ...http.auth.describePolicy(),
    http: {
      basePath,
      transport: http.transport,
      ...http.cookies.options,
      allowMissingCsrfToken: !http.requiresCsrfToken,
      stepUpWindow: writeDuration(http.stepUpWindowMs),
      trustedOrigins: [...http.trustedOrigins],
      trustedProxies: [...(options.trustedProxies ?? [])],
      adminNetworks: options.adminNetworks === undefined ? 'anywhere' : [...options.adminNetworks],
      keepProxyRequestId: options.keepProxyRequestId === true,
      publishesOpenApi: options.publishesOpenApi === true,
    },
    routeLimits: http.auth.limits.zones === 'off' ? 'off' : Object.fromEntries(limits),
  };
}
