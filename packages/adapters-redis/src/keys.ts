import { findTag, tagOf, type UserRef } from '@tessera-auth/core/stores';

/**
 * Every key, with what it holds and for how long. `p` is the app's `keyPrefix`, `{xxxx}` the Cluster hash tag.
 *
 * | Key                                           | Type       | Holds                             | Goes                       |
 * | --------------------------------------------- | ---------- | --------------------------------- | -------------------------- |
 * | `p tessera:{xxxx}:session:<id>`               | hash       | a session                         | at its absolute end        |
 * | `p tessera:{xxxx}:sessions:<tenant>:<user>`   | sorted set | ids of unended sessions by absolute end | with the last of them |
 * | `p tessera:{xxxx}:devices:<tenant>:<user>`    | sorted set | digests of devices by absolute end | with the last of them     |
 * | `p tessera:{xxxx}:epoch:<tenant>:<user>`      | hash       | the user's epoch                  | never                      |
 * | `p tessera:{yyyy}:epoch:<tenant>`             | hash       | the tenant's epoch                | never                      |
 * | `p tessera:{xxxx}:revoked:session:<id>`       | string     | see `scripts/revoke.ts`           | when no token can carry it |
 * | `p tessera:{xxxx}:revoked:user:<tenant>:<user>` | string   | the same                          | the same                   |
 * | `p tessera:{yyyy}:revoked:tenant:<tenant>`    | string     | the same                          | the same                   |
 * | `p revoked:jwt:<jti>`                         | string     | the same                          | the same                   |
 *
 * `xxxx` is the tag of tenant and user, with which the session's id begins, so all that belongs to a user is in one slot
 * and one script may change it. `yyyy` is the tag of the tenant. Epochs have no lifetime: one that fell back to 0 would
 * bring sessions back to life. There is one only for users and tenants that were signed out everywhere.
 */
export interface Keys {
  session(id: string): string;
  /** What {@link Keys.session} puts before the ids of this user. */
  sessionPrefix(user: UserRef): string;
  sessions(user: UserRef): string;
  devices(user: UserRef): string;
  userEpoch(user: UserRef): string;
  tenantEpoch(tenantId: string): string;
  revokedSession(id: string): string;
  /** What {@link Keys.revokedSession} puts before the ids of this user's sessions. */
  revokedSessionPrefix(user: UserRef): string;
  revokedUser(user: UserRef): string;
  revokedTenant(tenantId: string): string;
  revokedToken(jti: string): string;
  oneTimeToken(id: string): string;
  /** What {@link Keys.oneTimeToken} puts before the ids of this user's tokens. */
  oneTimeTokenPrefix(user: UserRef): string;
  oneTimeTokens(user: UserRef): string;
  limit(name: string): string;
  /** The pattern that all keys of {@link Keys.sessions} match, for SCAN. */
  readonly everySessions: string;
  /** {@link Keys.sessionPrefix} for a key of {@link Keys.sessions}. */
  sessionPrefixBeside(sessions: string): string;
}

/** The keys under one prefix. */
export function createKeys(prefix: string): Keys {
  const under = (tag: string, rest: string): string => `${prefix}tessera:{${tag}}:${rest}`;
  const ofUser = (user: UserRef, kind: string): string => under(tagOf(user), `${kind}:${ownerOf(user)}`);
  const ofTenant = (tenantId: string, kind: string): string =>
    under(tagOf({ tenantId, userId: '' }), `${kind}:${encodeURIComponent(tenantId)}`);

  return {
    session: (id) => under(findTag(id), `session:${id}`),
    sessionPrefix: (user) => under(tagOf(user), 'session:'),
    sessions: (user) => ofUser(user, 'sessions'),
    devices: (user) => ofUser(user, 'devices'),
    userEpoch: (user) => ofUser(user, 'epoch'),
    tenantEpoch: (tenantId) => ofTenant(tenantId, 'epoch'),
    revokedSession: (id) => under(findTag(id), `revoked:session:${id}`),
    revokedSessionPrefix: (user) => under(tagOf(user), 'revoked:session:'),
    revokedUser: (user) => ofUser(user, 'revoked:user'),
    revokedTenant: (tenantId) => ofTenant(tenantId, 'revoked:tenant'),
    revokedToken: (jti) => `${prefix}revoked:jwt:${jti}`,
    oneTimeToken: (id) => under(findTag(id), `token:${id}`),
    oneTimeTokenPrefix: (user) => under(tagOf(user), 'token:'),
    oneTimeTokens: (user) => ofUser(user, 'tokens'),
    limit: (name) => `${prefix}tessera:limit:${name}`,
    everySessions: `${escapeGlob(prefix)}tessera:{*}:sessions:*`,
    sessionPrefixBeside: (sessions) =>
      `${sessions.slice(0, sessions.indexOf(':sessions:', prefix.length))}:session:`,
  };
}

/** Tenant and user in one text, from which {@link userOf} has them back. Percent signs keep the parts apart. */
export function ownerOf({ tenantId, userId }: UserRef): string {
  return `${encodeURIComponent(tenantId)}:${encodeURIComponent(userId)}`;
}

/** The reverse of {@link ownerOf}. */
export function userOf(owner: string): UserRef {
  const [tenantId = '', userId = ''] = owner.split(':').map(decodeURIComponent);
  return { tenantId, userId };
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
