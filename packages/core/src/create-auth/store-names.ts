/** The stores that every app has. */
export const storeNames = ['sessions', 'revocations', 'users', 'oneTimeTokens', 'rateLimits'] as const;

/** The stores that an app may do without. */
export const optionalStoreNames = ['secondFactors', 'roles', 'audit'] as const;

/** A store by its name in `Stores`. */
export type StoreName = (typeof storeNames)[number];
