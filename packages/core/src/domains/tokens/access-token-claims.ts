/** What a verified access token says. Frozen, and never shared between two calls. */
export interface AccessTokenClaims {
  /** Who issued it, compared exactly (`iss`). */
  readonly issuer: string;
  /** Whom it is for (`aud`). */
  readonly audience: string | readonly string[];
  /** The user's id within the tenant (`sub`). */
  readonly subject: string;
  /** The client application that it was issued to (`client_id`). */
  readonly clientId: string;
  /** The token's own id, safe to log: what a deny-list keys on, never the token itself (`jti`). */
  readonly jti: string;
  /** The session that it belongs to, safe to log (`sid`). */
  readonly sessionId: string;
  /** The tenant, or `''` for an app without tenants (`tenant`). */
  readonly tenantId: string;
  /** The user's epoch when it was issued: refuse the token once the user's epoch is higher (`epoch`). */
  readonly userEpoch: number;
  /** The tenant's epoch when it was issued (`tenant_epoch`, absent for 0). */
  readonly tenantEpoch: number;
  /**
   * Which version of the user's roles it was made of: refuse the token once it is higher (`roles_version`, absent for 0).
   */
  readonly rolesVersion: number;
  /** Names of the user's roles when it was issued (`roles`). */
  readonly roles: readonly string[];
  /**
   * What the roles grant that are not defined in code, in the words of whoever issued it, or `null` (`permissions`). At most
   * 2,048 characters.
   */
  readonly permissions: string | null;
  /** How the user proved who they are (`amr`, RFC 8176). */
  readonly amr: readonly string[];
  /** When the user last proved who they are; stays as at sign-in over refreshes (`auth_time`, RFC 9068 §2.2.1). */
  readonly authTime: Date;
  /** When it was issued, in whole seconds (`iat`). */
  readonly issuedAt: Date;
  /** From when on it is refused, in whole seconds (`exp`). */
  readonly expiresAt: Date;
}

/** What an access token is issued for. */
export interface AccessTokenGrant
  extends Pick<
    AccessTokenClaims,
    | 'subject'
    | 'clientId'
    | 'sessionId'
    | 'tenantId'
    | 'userEpoch'
    | 'tenantEpoch'
    | 'rolesVersion'
    | 'roles'
    | 'permissions'
    | 'amr'
    | 'authTime'
  > {
  /** The session's absolute end: the token expires then at the latest. */
  readonly notAfter: Date;
}

/** A fresh access token and what it says. */
export interface IssuedAccessToken {
  /** The signed token, at most 8,192 characters. A secret: whoever holds it is the user. */
  readonly token: string;
  /** What it says, as {@link AccessTokens.verify} will tell it. */
  readonly claims: AccessTokenClaims;
  /** From when on it is refused; the same as `claims.expiresAt`. */
  readonly expiresAt: Date;
}
