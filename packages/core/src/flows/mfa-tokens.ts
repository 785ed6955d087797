import type { TokenPurpose } from '../domains/one-time-tokens/index.js';
import type { Epochs } from '../stores/session-store.js';

/** A sign-in whose first half is done. */
export interface HalfSignIn {
  /** As they were before any credential was looked at: whoever is signed out everywhere meanwhile does not come in. */
  readonly epochs: Epochs;
  /** What has been proved so far. */
  readonly amr: readonly string[];
}

// A user may sign in at two places at once, so a new token leaves the others as they are.
const halfSignIn = {
  lifetimeMs: 10 * 60_000,
  replacesOthers: false,
  read: (data: unknown) => data as HalfSignIn,
};

/** Goes on with the second factor. */
export const secondFactorPending: TokenPurpose<HalfSignIn> = { name: 'second_factor', ...halfSignIn };

/** Goes on by setting a second factor up. */
export const secondFactorSetup: TokenPurpose<HalfSignIn> = { name: 'second_factor_setup', ...halfSignIn };

/**
 * A browser in which the user has given a second factor.
 *
 * Given out before the session begins, and void once more after sessions have ended: a sign-in that is under way while
 * somebody is thrown out would otherwise leave a browser behind that is remembered.
 */
export function rememberedDevice(lifetimeMs: number): TokenPurpose<null> {
  return { name: 'remembered_device', lifetimeMs, replacesOthers: false, read: () => null };
}
