import { tagOf, type UserRef } from '@tessera-auth/core/stores';
import { bucketOfId, bucketOfTag, bucketOfToken, buckets } from './buckets.js';

/**
 * Every key, with what it holds and for how long. `p` is the app's `keyPrefix`, `{xx}` the Cluster hash tag.
 *
 * | Key                                           | Type       | Holds                             | Goes                       |
 * | --------------------------------------------- | ---------- | --------------------------------- | -------------------------- |
 * | `p tessera:{xx}:session:<id>`                 | hash       | a session                         | at its absolute end        |
 * | `p tessera:{xx}:sessions:<tenant>:<user>`     | sorted set | ids of unended sessions by absolute end | with the last of them |
 * | `p tessera:{xx}:devices:<tenant>:<user>`      | sorted set | digests of devices by absolute end | with the last of them     |
 * | `p tessera:{xx}:epoch:<tenant>:<user>`        | hash       | the user's epoch                  | never                      |
 * | `p tessera:{yy}:epoch:<tenant>`               | hash       | the tenant's epoch                | never                      |
 * | `p tessera:{xx}:revoked:session:<id>`         | string     | see `scripts/revoke.ts`           | when no token can carry it |
 * | `p tessera:{xx}:revoked:user:<tenant>:<user>` | string     | the same                          | the same                   |
 * | `p tessera:{yy}:revoked:tenant:<tenant>`      | string     | the same                          | the same                   |
 * | `p tessera:{xx}:revoked:roles:<tenant>:<user>` | string    | the same, with the version as epoch | the same                 |
 * | `p revoked:jwt:<jti>`                         | string     | the same                          | the same                   |
 * | `p tessera:{xx}:log`                          | stream     | see `scripts/log-parts.ts`        | a minute after the last of what it tells of |
 * | `p tessera:{xx}:token:<id>`                   | hash       | a one-time token                  | when it expires            |
 * | `p tessera:{xx}:tokens:<tenant>:<user>`       | sorted set | ids of tokens that are not void by expiry | with the last of them |
 * | `p tessera:limit:<name>`                      | string     | when all units are back, in microseconds | then                |
 *
 * `xx` is the bucket of tenant and user, told by the tag with which the ids of sessions and one-time tokens begin: all that
 * belongs to a user is in one slot, and the log that tells of it too, so one script may change it. `yy` is the bucket of the
 * tenant. A single token has a slot of its own; the log that tells of it is that of a bucket drawn from a digest.
 *
 * Epochs have no lifetime: one that fell back to 0 would bring sessions back to life. There is one only for users and
 * tenants that were signed out everywhere.
 */
export interface Keys {
  session(id: string): string;
  /** A session, the epoch of its owner and the log that tells of it: all by the tag in its id, without a digest. */
  rotation(id: string, owner: string): [session: string, epoch: string, log: string];
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
  revokedRoles(user: UserRef): string;
  revokedToken(jti: string): string;
  /** The log of the user; of a tenant with `''` as user. */
  log(user: UserRef): string;
  sessionLog(id: string): string;
  tokenLog(jti: string): string;
  /** All logs. */
  readonly logs: readonly string[];
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
  const under = (bucket: string, rest: string): string => `${prefix}tessera:{${bucket}}:${rest}`;
  const besideUser = (user: UserRef, rest: string): string => under(bucketOfTag(tagOf(user)), rest);
  const besideId = (id: string, rest: string): string => under(bucketOfId(id), rest);
  const ofUser = (user: UserRef, kind: string): string => besideUser(user, `${kind}:${ownerOf(user)}`);
  const ofTenant = (tenantId: string, kind: string): string =>
    besideUser({ tenantId, userId: '' }, `${kind}:${encodeURIComponent(tenantId)}`);
  // Nearly every step asks for it, and most apps have one tenant.
  let lastTenant: { readonly id: string; readonly epoch: string } | null = null;

  return {
    session: (id) => besideId(id, `session:${id}`),
    rotation(id, owner) {
      const place = besideId(id, '');
      return [`${place}session:${id}`, `${place}epoch:${owner}`, `${place}log`];
    },
    sessionPrefix: (user) => besideUser(user, 'session:'),
    sessions: (user) => ofUser(user, 'sessions'),
    devices: (user) => ofUser(user, 'devices'),
    userEpoch: (user) => ofUser(user, 'epoch'),
    tenantEpoch(tenantId) {
      if (lastTenant?.id !== tenantId) lastTenant = { id: tenantId, epoch: ofTenant(tenantId, 'epoch') };
      return lastTenant.epoch;
    },
    revokedSession: (id) => besideId(id, `revoked:session:${id}`),
    revokedSessionPrefix: (user) => besideUser(user, 'revoked:session:'),
    revokedUser: (user) => ofUser(user, 'revoked:user'),
    revokedTenant: (tenantId) => ofTenant(tenantId, 'revoked:tenant'),
    revokedRoles: (user) => ofUser(user, 'revoked:roles'),
    revokedToken: (jti) => `${prefix}revoked:jwt:${jti}`,
    log: (user) => besideUser(user, 'log'),
    sessionLog: (id) => besideId(id, 'log'),
    tokenLog: (jti) => under(bucketOfToken(jti), 'log'),
    logs: buckets.map((bucket) => under(bucket, 'log')),
    oneTimeToken: (id) => besideId(id, `token:${id}`),
    oneTimeTokenPrefix: (user) => besideUser(user, 'token:'),
    oneTimeTokens: (user) => ofUser(user, 'tokens'),
    limit: (name) => `${prefix}tessera:limit:${name}`,
    everySessions: `${escapeGlob(prefix)}tessera:{*}:sessions:*`,
    sessionPrefixBeside: (sessions) =>
      `${sessions.slice(0, sessions.indexOf(':sessions:', prefix.length))}:session:`,
  };
}

/** What decides the slot of a key in a Cluster: keys that agree in it may share a script. */
export function hashTagOf(key: string): string {
  return /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key;
}

/** Tenant and user in one text without spaces, from which {@link userOf} has them back. Percent signs keep the parts apart. */
export function ownerOf({ tenantId, userId }: UserRef): string {
  return `${encodeURIComponent(tenantId)}:${encodeURIComponent(userId)}`;
}

/** The reverse of {@link ownerOf}. */
export function userOf(owner: string): UserRef {
  const at = owner.indexOf(':');
  return { tenantId: decode(owner.slice(0, at)), userId: decode(owner.slice(at + 1)) };
}

/** Nearly every id is of plain letters, and decoding one costs a rotation more than its judgement. */
function decode(text: string): string {
  return text.includes('%') ? decodeURIComponent(text) : text;
}

function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
