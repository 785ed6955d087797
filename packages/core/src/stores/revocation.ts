/**
 * Something that no access token may carry any more, until every token that could carry it has expired.
 *
 * - `token`: one access token.
 * - `session`: all access tokens of a session.
 * - `user`, `tenant`: all access tokens with a lower epoch; for a user possibly but those of one session, the one that
 *   signed the others out, and of that one those only that no earlier epoch had revoked.
 */
export type Revocation = { readonly until: Date } & (
  | { readonly kind: 'token'; readonly jti: string }
  | { readonly kind: 'session'; readonly sessionId: string }
  | {
      readonly kind: 'user';
      readonly tenantId: string;
      readonly userId: string;
      readonly epoch: number;
      readonly exceptSessionId: string | null;
      /** Tokens of the excepted session are good from this epoch on. Default 0: all of them. */
      readonly exceptFromEpoch?: number;
    }
  | { readonly kind: 'tenant'; readonly tenantId: string; readonly epoch: number }
);

/** The facts of an access token that a revocation may name. */
export interface RevocationSubject {
  readonly jti: string;
  readonly sessionId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly userEpoch: number;
  readonly tenantEpoch: number;
}
