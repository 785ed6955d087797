import type { AccessTokenClaims, AccessTokenGrant } from './access-token-claims.js';
import type { JsonObject } from './canonical-json.js';

/** The claims as they stand in the token (RFC 9068 §2.2). Times are whole seconds since 1970. */
export interface TokenPayload {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly sub: string;
  readonly client_id: string;
  readonly iat: number;
  readonly exp: number;
  readonly nbf?: number;
  readonly jti: string;
  readonly sid: string;
  readonly epoch: number;
  readonly tenant?: string | undefined;
  readonly tenant_epoch?: number | undefined;
  readonly roles_version?: number | undefined;
  readonly roles: readonly string[];
  readonly permissions?: string | undefined;
  readonly amr: readonly string[];
  readonly auth_time: number;
}

/** What every payload is held against. */
export interface PayloadRules {
  readonly issuer: string;
  /** One of these must be named. */
  readonly audiences: readonly string[];
  /** The longest that a token may live, in seconds. */
  readonly lifetimeSeconds: number;
}

/** The longest `permissions`: what a cookie holds besides. */
export const maxPermissionsLength = 2_048;

// The last second of the year 9999 (RFC 3339), well inside what a Date can hold.
const maxTimeSeconds = 253_402_300_799;

/** The payload for `grant`, with one spelling for every fact: what is empty or zero is left out. */
export function createTokenPayload(
  grant: AccessTokenGrant,
  token: Pick<TokenPayload, 'iss' | 'aud' | 'iat' | 'exp' | 'jti'>,
): TokenPayload {
  return {
    iss: token.iss,
    aud: token.aud,
    sub: grant.subject,
    client_id: grant.clientId,
    iat: token.iat,
    exp: token.exp,
    jti: token.jti,
    sid: grant.sessionId,
    epoch: grant.userEpoch,
    ...(grant.tenantId === '' ? {} : { tenant: grant.tenantId }),
    ...(grant.tenantEpoch === 0 ? {} : { tenant_epoch: grant.tenantEpoch }),
    ...(grant.rolesVersion === 0 ? {} : { roles_version: grant.rolesVersion }),
    roles: [...grant.roles],
    ...(grant.permissions === null ? {} : { permissions: grant.permissions }),
    amr: [...grant.amr],
    auth_time: Math.floor(grant.authTime.getTime() / 1000),
  };
}

/** The name of the first claim that is missing or of the wrong type, or `null`: then it is a {@link TokenPayload}. */
export function findShapeProblem(payload: JsonObject): string | null {
  if (!isText(payload.iss)) return 'iss';
  if (!isText(payload.aud) && !isTextList(payload.aud)) return 'aud';
  if (!isText(payload.sub)) return 'sub';
  if (!isText(payload.client_id)) return 'client_id';
  if (!isTime(payload.iat)) return 'iat';
  if (!isTime(payload.exp)) return 'exp';
  if (payload.nbf !== undefined && !isTime(payload.nbf)) return 'nbf';
  if (!isText(payload.jti)) return 'jti';
  if (!isText(payload.sid)) return 'sid';
  if (!isCount(payload.epoch)) return 'epoch';
  if (payload.tenant !== undefined && !isText(payload.tenant)) return 'tenant';
  if (payload.tenant_epoch !== undefined && !isCount(payload.tenant_epoch)) return 'tenant_epoch';
  if (payload.roles_version !== undefined && !isCount(payload.roles_version)) return 'roles_version';
  if (!isTextList(payload.roles)) return 'roles';
  if (payload.permissions !== undefined && !isPermissions(payload.permissions)) return 'permissions';
  if (!isTextList(payload.amr)) return 'amr';
  return isTime(payload.auth_time) ? null : 'auth_time';
}

/** The name of the first claim that is not what `rules` ask, or `null`. */
export function findRuleProblem(payload: TokenPayload, rules: PayloadRules): string | null {
  // Exact: a trailing slash more is another issuer (RFC 9068 §4).
  if (payload.iss !== rules.issuer) return 'iss';
  if (!isForUs(payload.aud, rules.audiences)) return 'aud';
  // The cap also catches milliseconds, and keeps the promise of how long a revocation must be remembered.
  const lifetimeSeconds = payload.exp - payload.iat;
  return lifetimeSeconds > 0 && lifetimeSeconds <= rules.lifetimeSeconds ? null : 'exp';
}

/** The payload in the words of this library. Frozen; the dates are new each time, since a Date cannot be frozen. */
export function toAccessTokenClaims(payload: TokenPayload): AccessTokenClaims {
  return Object.freeze({
    issuer: payload.iss,
    audience: typeof payload.aud === 'string' ? payload.aud : Object.freeze(payload.aud),
    subject: payload.sub,
    clientId: payload.client_id,
    jti: payload.jti,
    sessionId: payload.sid,
    tenantId: payload.tenant ?? '',
    userEpoch: payload.epoch,
    tenantEpoch: payload.tenant_epoch ?? 0,
    rolesVersion: payload.roles_version ?? 0,
    roles: Object.freeze(payload.roles),
    permissions: payload.permissions ?? null,
    amr: Object.freeze(payload.amr),
    authTime: new Date(payload.auth_time * 1000),
    issuedAt: new Date(payload.iat * 1000),
    expiresAt: new Date(payload.exp * 1000),
  });
}

function isForUs(audience: TokenPayload['aud'], audiences: readonly string[]): boolean {
  if (typeof audience === 'string') return audiences.includes(audience);
  return audience.some((name) => audiences.includes(name));
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isPermissions(value: unknown): boolean {
  return isText(value) && value.length <= maxPermissionsLength;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): value is number {
  return isCount(value) && value <= maxTimeSeconds;
}
