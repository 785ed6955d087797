import { isEqualTextConstantTime } from '../../crypto/constant-time.js';
import { hmacSha256 } from '../../crypto/hash.js';
import { createId } from '../../crypto/random.js';
import { storeUnavailable } from '../../errors.js';
import type { AuditPseudonym, AuditStore } from '../../stores/audit-store.js';
import type { UserRef } from '../../stores/user-store.js';

/** By which names users go in the log. */
export interface Pseudonyms {
  /**
   * The pseudonym of each user, made where there is none, by user id.
   *
   * For nobody the store is asked as well: how long it takes to record a failed sign-in must not tell whether there is such an
   * account (ASVS 6.3.8).
   *
   * @throws `AuthError` `store_unavailable`, also when somebody put another one in the place of a user's own.
   */
  assign(tenantId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, AuditPseudonym>>;
  /** The pseudonym that a user has, or `null`. */
  find(user: UserRef): Promise<string | null>;
  /** Whom the pseudonyms stand for, by pseudonym; forgotten ones are left out. */
  resolve(tenantId: string, pseudonyms: readonly string[]): Promise<ReadonlyMap<string, AuditPseudonym>>;
}

/** The pseudonyms over a store. */
export function createPseudonyms(store: AuditStore): Pseudonyms {
  return {
    async assign(tenantId, userIds) {
      const proposals = [...new Set(userIds)].map((userId) => propose({ tenantId, userId }));
      const assigned = await store.assignPseudonyms(proposals);
      if (!assigned.every(isGenuine))
        throw storeUnavailable(new Error('a pseudonym of the audit log is not that of its user'));
      return new Map(assigned.map((known) => [known.userId, known]));
    },

    async find(user) {
      const known = await store.findPseudonym(user);
      return known !== null && isGenuine(known) ? known.pseudonym : null;
    },

    async resolve(tenantId, pseudonyms) {
      if (pseudonyms.length === 0) return new Map();
      const known = await store.listPseudonyms(tenantId, [...new Set(pseudonyms)]);
      return new Map(known.filter(isGenuine).map((genuine) => [genuine.pseudonym, genuine]));
    },
  };
}

function propose(user: UserRef): AuditPseudonym {
  const salt = createId();
  return { ...user, salt, pseudonym: hashOf(user, salt) };
}

/**
 * The chain holds pseudonyms and cannot show that the map beside it was changed. This does: nobody finds a salt that turns
 * one user into the pseudonym of another.
 */
function isGenuine({ salt, pseudonym, ...user }: AuditPseudonym): boolean {
  return isEqualTextConstantTime(hashOf(user, salt), pseudonym);
}

function hashOf({ tenantId, userId }: UserRef, salt: string): string {
  return hmacSha256(Buffer.from(salt), tenantId, userId).toString('base64url');
}
