import type { KeyRing } from '../../crypto/key-ring.js';
import { createId } from '../../crypto/random.js';
import type { AuthEvent, EventOrigin } from '../../events.js';
import type {
  AuditDraft,
  AuditEntry,
  AuditHead,
  AuditPseudonym,
  AuditQuery,
  AuditStore,
} from '../../stores/audit-store.js';
import type { UserRef } from '../../stores/user-store.js';
import {
  type AuditPruning,
  type AuditVerdict,
  linkAuditEntry,
  pruneAuditChain,
  verifyAuditChain,
} from './audit-chain.js';
import { type AuditOutcome, outcomeOf } from './outcomes.js';
import { createPseudonyms } from './pseudonyms.js';
import { openOrigin, sealOrigin, unknownOrigin } from './sealed-origin.js';

/** Which entries of a tenant, in the order of the chain. What is left out does not matter. */
export interface AuditLogQuery extends Omit<AuditQuery, 'userPseudonym'> {
  /** The user whom they are about. Nobody is found by it who was forgotten. */
  readonly userId?: string;
}

/** An entry, who its pseudonyms stand for, and what is sealed in its `data`. */
export interface NamedAuditEntry extends AuditEntry, EventOrigin {
  /** Whom it is about. `null`: nobody is known, or, where there is a `userPseudonym`, the user was forgotten. */
  readonly userId: string | null;
  /** Who did it, where `data` says that somebody else did; `null` as for `userId`. */
  readonly actorId: string | null;
  /** `actorId` as `data` has it. */
  readonly actorPseudonym: string | null;
  /** How it ended, by its `type`; `null` where this version does not know the type. */
  readonly outcome: AuditOutcome | null;
  /**
   * Where the request came from; `null` where there was none, nothing was known of it, or it cannot be read any more: whoever made
   * the request was forgotten, the root secret is not listed, or somebody changed it in the database.
   */
  readonly ip: string | null;
  /** As the client sent it, and `null` as for `ip`. */
  readonly userAgent: string | null;
}

/** What happened, in chains that show when somebody changed them. */
export interface AuditLog {
  /**
   * Appends the events, those of a tenant in their order, with pseudonyms in the place of user ids, and with address and browser
   * sealed for whoever made the request. Left out are `session_renewed`, for their number, and `sys_failure`.
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
   * are the evidence. Call it in a job, as often as you like. `auth.audit` records it as `audit_pruned`, before and after, by
   * `actorId` or by the app itself.
   *
   * @throws `AuthError` `store_unavailable`; what was removed until then stays so, and the chain verifies.
   * @throws `TypeError` when `before` is no date.
   */
  prune(
    tenantId: string,
    options: { readonly before: Date; readonly actorId?: string | null },
  ): Promise<AuditPruning>;
  /**
   * Forgets which pseudonym is that of the user: their entries stay and verify, and nobody can tell any more whose they are, nor
   * read the address and browser of requests that the user made. `eraseUser` does it (GDPR article 17); call it yourself where an
   * account went in another way. What is recorded of the user afterwards is under another pseudonym.
   *
   * @returns whether the user had one.
   * @throws `AuthError` `store_unavailable`.
   */
  forget(user: UserRef): Promise<boolean>;
}

/** The audit log over a store. */
export function createAuditLog(store: AuditStore, keyRing: KeyRing): AuditLog {
  const pseudonyms = createPseudonyms(store);

  /** Shows who the pseudonyms of a page stand for, and what is sealed for them. */
  const name = async (tenantId: string, entries: readonly AuditEntry[]): Promise<NamedAuditEntry[]> => {
    const acts = entries.map((entry) => ({ entry, ...readData(entry.data) }));
    const used = acts.flatMap(({ entry, actorPseudonym }) => [entry.userPseudonym, actorPseudonym]);
    const known = await pseudonyms.resolve(
      tenantId,
      used.filter((pseudonym) => pseudonym !== null),
    );
    const find = (pseudonym: string | null) => (pseudonym === null ? null : (known.get(pseudonym) ?? null));
    return acts.map(({ entry, actorPseudonym, origin }) => {
      // What was sealed with the salt of somebody who was forgotten since does not open without it.
      const salt = find(actorPseudonym ?? entry.userPseudonym)?.salt ?? null;
      const { ip, userAgent } =
        origin === null ? unknownOrigin : openOrigin(keyRing, { tenantId, id: entry.id, salt }, origin);
      return {
        ...entry,
        userId: find(entry.userPseudonym)?.userId ?? null,
        actorId: find(actorPseudonym)?.userId ?? null,
        actorPseudonym,
        outcome: outcomeOf(entry.type),
        ip,
        userAgent,
      };
    });
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
          drafts: own.map((event) => draftOf(keyRing, event, names)),
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
  return [event.userId, actorId].filter((userId) => userId != null);
}

function draftOf(
  keyRing: KeyRing,
  event: AuthEvent,
  pseudonyms: ReadonlyMap<string, AuditPseudonym>,
): AuditDraft {
  const { at, tenantId, type, userId, ip = null, userAgent = null, ...rest } = event;
  const actorId = 'actorId' in event ? (event.actorId ?? null) : null;
  const find = (id: string | null) => (id === null ? null : (pseudonyms.get(id) ?? null));
  const id = createId();
  const sender = find(actorId ?? userId);
  const origin = sealOrigin(keyRing, { tenantId, id, salt: sender?.salt ?? null }, { ip, userAgent });
  const data = {
    ...rest,
    ...('actorId' in event && { actorId: find(actorId)?.pseudonym ?? null }),
    ...(origin !== null && { origin }),
  };
  const userPseudonym = find(userId)?.pseudonym ?? null;
  return { id, at, type, userPseudonym, data: JSON.stringify(data) };
}

/** Who acted, and from where, sealed. Who changed the text in the database must not keep the rest from being read. */
function readData(data: string): { readonly actorPseudonym: string | null; readonly origin: string | null } {
  try {
    const { actorId, origin } = JSON.parse(data) as { readonly actorId?: unknown; readonly origin?: unknown };
    return {
      actorPseudonym: typeof actorId === 'string' ? actorId : null,
      origin: typeof origin === 'string' ? origin : null,
    };
  } catch {
    return { actorPseudonym: null, origin: null };
  }
}
