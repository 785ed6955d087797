import type { KeyRing } from '../../crypto/key-ring.js';
import { createId } from '../../crypto/random.js';
import type { AuthEvent } from '../../events.js';
import type { AuditDraft, AuditEntry, AuditHead, AuditQuery, AuditStore } from '../../stores/audit-store.js';
import type { UserRef } from '../../stores/user-store.js';
import {
  type AuditPruning,
  type AuditVerdict,
  linkAuditEntry,
  pruneAuditChain,
  verifyAuditChain,
} from './audit-chain.js';
import { createPseudonyms } from './pseudonyms.js';

/** Which entries of a tenant, in the order of the chain. What is left out does not matter. */
export interface AuditLogQuery extends Omit<AuditQuery, 'userPseudonym'> {
  /** The user whom they are about. Nobody is found by it who was forgotten. */
  readonly userId?: string;
}

/** An entry, and who its pseudonyms stand for. */
export interface NamedAuditEntry extends AuditEntry {
  /** Whom it is about. `null`: nobody is known, or, where there is a `userPseudonym`, the user was forgotten. */
  readonly userId: string | null;
  /** Who did it, where `data` says that somebody else did; `null` as for `userId`. */
  readonly actorId: string | null;
  /** `actorId` as `data` has it. */
  readonly actorPseudonym: string | null;
}

/** What happened, in chains that show when somebody changed them. */
export interface AuditLog {
  /**
   * Appends the events, those of a tenant in their order, with pseudonyms in the place of user ids. Left out are
   * `session_renewed`, for their number, `sys_failure`, and the address and browser of the client, which could not be erased
   * later.
   *
   * @throws `AuthError` `store_unavailable`.
   */
  append(events: readonly AuthEvent[]): Promise<void>;
  /** The entries that match, oldest first. @throws `AuthError` `store_unavailable`. */
  list(query: AuditLogQuery): Promise<readonly NamedAuditEntry[]>;
  /**
   * Where the chain of a tenant ends: `seq` 0 where nothing happened yet. Keep it elsewhere now and then: the end of a chain
   * can be cut off unseen.
   *
   * @throws `AuthError` `store_unavailable`.
   */
  findHead(tenantId: string): Promise<AuditHead>;
  /** Recomputes the chain of a tenant. @throws `AuthError` `store_unavailable`. */
  verify(tenantId: string): Promise<AuditVerdict>;
  /**
   * Removes the oldest entries of a tenant for good, up to the first that is not older than `before`, and puts a seal in their
   * place, from which `verify` starts. Nothing is removed by itself. Entries that do not verify stay, with all after them: they
   * are the evidence. Call it in a job, as often as you like. `auth.audit` records it as `audit_pruned`, by `actorId` or by the
   * app itself.
   *
   * @throws `AuthError` `store_unavailable`; what was removed until then stays so, and the chain verifies.
   * @throws `TypeError` when `before` is no date.
   */
  prune(
    tenantId: string,
    options: { readonly before: Date; readonly actorId?: string | null },
  ): Promise<AuditPruning>;
  /**
   * Forgets which pseudonym is that of the user: their entries stay and verify, and nobody can tell any more whose they
   * are. For a request for erasure (GDPR article 17), once the account is gone; what is recorded of the user afterwards
   * is under another pseudonym.
   *
   * @returns whether the user had one.
   * @throws `AuthError` `store_unavailable`.
   */
  forget(user: UserRef): Promise<boolean>;
}

/** The audit log over a store. */
export function createAuditLog(store: AuditStore, keyRing: KeyRing): AuditLog {
  const pseudonyms = createPseudonyms(store);

  /** Shows who the pseudonyms of a page stand for. */
  const name = async (tenantId: string, entries: readonly AuditEntry[]): Promise<NamedAuditEntry[]> => {
    const acts = entries.map((entry) => ({ entry, actorPseudonym: findActor(entry.data) }));
    const used = acts.flatMap(({ entry, actorPseudonym }) => [entry.userPseudonym, actorPseudonym]);
    const users = await pseudonyms.resolve(
      tenantId,
      used.filter((pseudonym) => pseudonym !== null),
    );
    const userOf = (pseudonym: string | null) => (pseudonym === null ? null : (users.get(pseudonym) ?? null));
    return acts.map(({ entry, actorPseudonym }) => ({
      ...entry,
      userId: userOf(entry.userPseudonym),
      actorId: userOf(actorPseudonym),
      actorPseudonym,
    }));
  };

  return {
    async append(events) {
      const audited = events.filter(isAudited);
      // In one order for all, so that no two transactions wait for each other in a circle.
      for (const tenantId of [...new Set(audited.map((event) => event.tenantId))].sort()) {
        const own = audited.filter((event) => event.tenantId === tenantId);
        const names = await pseudonyms.assign(tenantId, own.flatMap(listUserIds));
        await store.append({
          tenantId,
          drafts: own.map((event) => draftOf(event, names)),
          link: (previous, draft) => linkAuditEntry(keyRing, tenantId, previous, draft),
        });
      }
    },

    async list({ userId, ...query }) {
      const { tenantId } = query;
      if (userId === undefined) return name(tenantId, await store.list(query));
      const userPseudonym = await pseudonyms.find({ tenantId, userId });
      if (userPseudonym === null) return [];
      return name(tenantId, await store.list({ ...query, userPseudonym }));
    },

    findHead: (tenantId) => store.findHead(tenantId),
    verify: (tenantId) => verifyAuditChain(store, keyRing, tenantId),
    async prune(tenantId, { before }) {
      // Every comparison with it would be false, and everything would be old.
      if (Number.isNaN(before.getTime())) throw new TypeError('before: must be a valid date');
      return pruneAuditChain(store, keyRing, tenantId, before);
    },
    forget: ({ tenantId, userId }) => store.forgetPseudonym({ tenantId, userId }),
  };
}

function isAudited({ type }: AuthEvent): boolean {
  return type !== 'session_renewed' && type !== 'sys_failure';
}

function listUserIds(event: AuthEvent): readonly string[] {
  const actorId = 'actorId' in event ? event.actorId : null;
  return [event.userId, actorId].filter((userId) => userId !== null);
}

function draftOf(event: AuthEvent, pseudonyms: ReadonlyMap<string, string>): AuditDraft {
  const { at, tenantId: _tenant, type, userId, ...rest } = event;
  const pseudonymOf = (id: string | null) => (id === null ? null : (pseudonyms.get(id) ?? null));
  const data = Object.entries(rest)
    .filter(([name]) => name !== 'ip' && name !== 'userAgent')
    .map(([name, value]) => [name, name === 'actorId' ? pseudonymOf(value as string | null) : value]);
  return {
    ...{ id: createId(), at, type, userPseudonym: pseudonymOf(userId) },
    data: JSON.stringify(Object.fromEntries(data)),
  };
}

/** The pseudonym of the actor. Who changed the text in the database must not keep the rest from being read. */
function findActor(data: string): string | null {
  try {
    const { actorId } = JSON.parse(data) as { readonly actorId?: unknown };
    return typeof actorId === 'string' ? actorId : null;
  } catch {
    return null;
  }
}
