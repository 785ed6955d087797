import type { RateLimitOutcome } from '../domains/rate-limits/index.js';
import type { AuthError } from '../errors.js';

type LimitHeaders = Readonly<Record<string, string>>;

/** What is left (draft-ietf-httpapi-ratelimit-headers); nothing where nothing is counted. */
export function limitHeaders({
  zone,
  count,
  perSeconds,
  remaining,
  resetAfterSeconds,
}: RateLimitOutcome): LimitHeaders {
  if (count === 0) return {};
  return {
    'ratelimit-policy': `"${zone}";q=${count};w=${perSeconds}`,
    ratelimit: `"${zone}";r=${remaining};t=${resetAfterSeconds}`,
  };
}

/** What was exceeded, and that nothing is left. */
export function exceededHeaders({ limit, retryAfterSeconds = 1 }: AuthError): LimitHeaders {
  if (limit === undefined) return {};
  return {
    'ratelimit-policy': `"${limit.name}";q=${limit.count};w=${limit.perSeconds}`,
    ratelimit: `"${limit.name}";r=0;t=${retryAfterSeconds}`,
  };
}
