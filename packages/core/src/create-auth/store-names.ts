/** The stores that every app has. */
export const storeNames = ['sessions', 'revocations', 'users', 'oneTimeTokens', 'rateLimits'] as const;

/** One of {@link storeNames}. */
export type StoreName = (typeof storeNames)[number];
