import type { UserRef } from '../stores/user-store.js';

/** Somebody acts on an account. */
export interface AccountAct {
  readonly user: UserRef;
  /** Who acts, a user of the same tenant, or `null` for the app itself. Take it from the access token, never from a body. */
  readonly actorId: string | null;
}
