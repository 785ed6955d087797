export type { CountedLimit, RateLimit } from './rate-limit.js';
export type { RateLimitZone, RateLimitZonesOptions } from './rate-limit-zones.js';
export {
  createRateLimits,
  type OwnZone,
  type RateLimitOutcome,
  type RateLimitSubject,
  type RateLimits,
  type RateLimitsOptions,
} from './rate-limits.js';
