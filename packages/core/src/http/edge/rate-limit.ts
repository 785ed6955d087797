import type { RateLimit, RateLimitOutcome } from '../../domains/rate-limits/index.js';
import { AuthError } from '../../errors.js';
import type { Guard } from '../guard.js';
import type { HttpContext } from '../http-context.js';
import { limitHeaders } from '../limit-headers.js';
import { sourceOf } from '../request-source.js';
import { findCountedAddress } from './counted-address.js';
import { refuse } from './open-guards.js';

/** What is limited. */
export interface RateLimitOptions {
  /** Counts apart from other names: letters, digits, dashes. Default `api`, which the ready-made routes count in too. */
  readonly name?: string;
  /** How often, several where all hold. Default: `rateLimits.api`. */
  readonly limit?: RateLimit | readonly RateLimit[];
}

/**
 * Lets a client through so often. Behind a guard that knows who it is, `all(signedIn(), rateLimit())`, the account is counted,
 * wherever it comes from; otherwise the network (of IPv6 the /64); all who have no
 * address are one.
 *
 * @throws `TypeError` naming the option that is not acceptable.
 */
export function createRateLimitGuard(http: HttpContext, options: RateLimitOptions = {}): Guard {
  const { limits } = http.auth;
  const zone = limits.define(options.name ?? 'api', options.limit);
  return async (request, known) => {
    const tenantId = http.tenantOf(request);
    const subject =
      known == null
        ? { tenantId, ip: findCountedAddress(http, request) }
        : { tenantId, account: known.userId };
    try {
      const outcome = await limits.take(zone, subject, () => sourceOf(http, request, known ?? null));
      if (!outcome.isAllowed) throw exceeded(outcome);
      return { isAllowed: true, identity: null, cookies: [], headers: limitHeaders(outcome) };
    } catch (error) {
      return refuse(http, request, error);
    }
  };
}

function exceeded({ zone, count, perSeconds, retryAfterSeconds }: RateLimitOutcome): AuthError {
  return new AuthError('rate_limited', { retryAfterSeconds, limit: { name: zone, count, perSeconds } });
}
