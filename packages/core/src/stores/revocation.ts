/**
 * Something that no access token may carry any more, until every token that could carry it has expired.
 *
 * - `token`: one access token.
 * - `session`: all access tokens of a session.
 * - `user`, `tenant`: all access tokens with a lower epoch; for a user possibly but those of one session, the one that
 *   signed the others out, and of that one those only that no earlier epoch had revoked.
 * - `roles`: all access tokens of a user that were made of older roles. The sessions go on: a refresh gives a token with the
 *   roles of now.
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
  | {
      readonly kind: 'roles';
      readonly tenantId: string;
      readonly userId: string;
      /** Tokens of a lower version are refused. */
      readonly version: number;
    }
);

/** The facts of an access token that a revocation may name. */
export interface RevocationSubject {
  readonly jti: string;
  readonly sessionId: string;
  readonly tenantId: string;
  readonly userId: string;
  readonly userEpoch: number;
  readonly tenantEpoch: number;
  /** Of the roles that it was made of; 0 for a token that names none. */
  readonly rolesVersion: number;
}
