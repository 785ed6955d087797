/** What a decision needs to know of whoever asks. */
export interface Facts {
  readonly userId: string;
  readonly tenantId: string;
  /** Attributes of the user, as far as they are known. */
  readonly attributes: object;
  /** The instant that conditions go by, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** Somebody who asks, with all their roles grant. Made by `policy.principal`, once a request, and good for that policy only. */
export interface Principal extends Facts {
  /** Names of the roles, also of those that the policy does not know and which grant nothing. */
  readonly roles: readonly string[];
  /** What the roles grant: a bit each. */
  readonly bits: Uint32Array;
  /** The policy that made it. */
  readonly model: object;
}
