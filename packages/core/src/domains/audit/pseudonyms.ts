import { isEqualTextConstantTime } from '../../crypto/constant-time.js';
import { hmacSha256 } from '../../crypto/hash.js';
import { createId } from '../../crypto/random.js';
import { storeUnavailable } from '../../errors.js';
import type { AuditPseudonym, AuditStore } from '../../stores/audit-store.js';
import type { UserRef } from '../../stores/user-store.js';

/** By which names users go in the log. */
export interface Pseudonyms {
  /**
   * The pseudonym of each user, made where there is none.
   *
   * @throws `AuthError` `store_unavailable`, also when somebody put another one in the place of a user's own.
   */
  assign(tenantId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The pseudonym that a user has, or `null`. */
  find(user: UserRef): Promise<string | null>;
  /** The users whom the pseudonyms stand for, by pseudonym; forgotten ones are left out. */
  resolve(tenantId: string, pseudonyms: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** The pseudonyms over a store. */
export function createPseudonyms(store: AuditStore): Pseudonyms {
  return {
    async assign(tenantId, userIds) {
      const proposals = [...new Set(userIds)].map((userId) => propose({ tenantId, userId }));
      if (proposals.length === 0) return new Map();
      const assigned = await store.assignPseudonyms(proposals);
      if (!assigned.every(isGenuine))
        throw storeUnavailable(new Error('a pseudonym of the audit log is not that of its user'));
      return new Map(assigned.map(({ userId, pseudonym }) => [userId, pseudonym]));
    },

    async find(user) {
      const known = await store.findPseudonym(user);
      return known !== null && isGenuine(known) ? known.pseudonym : null;
    },

    async resolve(tenantId, pseudonyms) {
      if (pseudonyms.length === 0) return new Map();
      const known = await store.listPseudonyms(tenantId, [...new Set(pseudonyms)]);
      return new Map(known.filter(isGenuine).map(({ userId, pseudonym }) => [pseudonym, userId]));
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
