import type { Clock } from '../clock.js';
import type { KeyRing } from '../crypto/key-ring.js';
import { type AuditLog, createAuditLog } from '../domains/audit/index.js';
import { createSecondFactors, type MfaPolicy, withoutSecondFactors } from '../domains/mfa/index.js';
import { createOneTimeTokens } from '../domains/one-time-tokens/index.js';
import type { RateLimits } from '../domains/rate-limits/index.js';
import type { Revocations } from '../domains/revocation/index.js';
import type { Sessions } from '../domains/sessions/index.js';
import type { AuthEvent } from '../events.js';
import type { FlowContext } from '../flows/index.js';
import type { Revocation } from '../stores/revocation.js';
import type { RevocationStore } from '../stores/revocation-store.js';
import type { StoreSet, Stores } from '../stores/stores.js';
import { findTransactions } from './find-transactions.js';
import { holdBack, type Outbox } from './outbox.js';

/** Told what has been recorded in the revocation store. */
export type OnRecorded = (revocations: readonly Revocation[]) => void;

/** What the context of the flows is made of. */
export interface FlowContextOptions
  extends Pick<
    FlowContext,
    'accessTokens' | 'passwords' | 'emailTokens' | 'clientId' | 'policy' | 'rolesForNewUser' | 'reportError'
  > {
  readonly stores: Stores;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly pace: FlowContext['pace'];
  readonly revocations: Revocations;
  readonly limits: RateLimits;
  readonly mfa: MfaPolicy;
  readonly outbox: Outbox;
  readonly sessionsOver: (set: StoreSet, onRecorded: OnRecorded) => Sessions;
}

/** What the flows of one app work with, outside of transactions and inside. */
export function createFlowContext(options: FlowContextOptions): FlowContext {
  const { stores, keyRing, clock, revocations, mfa, outbox, sessionsOver } = options;
  const {
    accessTokens,
    passwords,
    emailTokens,
    clientId,
    policy,
    rolesForNewUser,
    limits,
    pace,
    reportError,
  } = options;
  const now = (): Date => new Date(clock.now());
  const audit = auditOver(stores, keyRing);

  const contextOver = (
    set: StoreSet,
    onRecorded: OnRecorded,
    told: Outbox,
    keep: (events: readonly AuthEvent[]) => Promise<void>,
  ): Omit<FlowContext, 'atomically' | 'recorded'> => ({
    ...{
      revocations,
      accessTokens,
      passwords,
      limits,
      emailTokens,
      mfa,
      now,
      clientId,
      policy,
      rolesForNewUser,
      pace,
      reportError,
    },
    users: set.users,
    sessions: sessionsOver(set, onRecorded),
    oneTimeTokens: createOneTimeTokens({ store: set.oneTimeTokens, keyRing, clock }),
    secondFactors:
      set.secondFactors === undefined
        ? withoutSecondFactors
        : createSecondFactors({ ...mfa, store: set.secondFactors, keyRing, clock }),
    roleStore: set.roles ?? null,
    audit: auditOver(set, keyRing),
    async revoke(entries) {
      await set.revocations.add(entries);
      onRecorded(entries);
    },
    async record(...events) {
      const dated = events.map((event) => ({ ...event, at: now() }) as AuthEvent);
      await keep(dated);
      for (const event of dated) told.tell(event);
    },
    notify: told.send,
  });
  const transactions = findTransactions(stores);
  const context: FlowContext = {
    ...contextOver(stores, revocations.apply, outbox, async (events) => audit?.append(events)),
    atomically,
    recorded: (work) => (audit === null ? work(context) : atomically(work)),
  };

  /**
   * What a transaction revokes acts once it is certain: before, a rollback would leave new tokens revoked. The same goes for
   * what is told of it.
   */
  async function atomically<T>(work: (auth: FlowContext) => Promise<T>): Promise<T> {
    if (transactions === null) return work(context);
    const { covers } = transactions;
    const isRecordedInside = covers.revocations === stores.revocations;
    const isAuditedInside = covers.audit === stores.audit;
    // What the app keeps elsewhere takes no part: what is done there stays done, whatever becomes of the rest.
    const elsewhere = {
      ...(covers.oneTimeTokens !== stores.oneTimeTokens && { oneTimeTokens: stores.oneTimeTokens }),
      ...(covers.secondFactors !== stores.secondFactors && { secondFactors: stores.secondFactors }),
      ...(covers.roles !== stores.roles && { roles: stores.roles }),
      ...(!isRecordedInside && { revocations: withoutAdding(stores.revocations) }),
    } as Partial<StoreSet>;
    const recorded: Revocation[] = [];
    const events: AuthEvent[] = [];
    const held = holdBack(outbox);
    const result = await transactions.run(async (inner) => {
      const kept: FlowContext = {
        ...contextOver(
          { ...inner, ...elsewhere },
          (entries) => recorded.push(...entries),
          held,
          async (dated) => void events.push(...dated),
        ),
        // A step of a step belongs to it: another transaction would wait for this one, or for its connection.
        atomically: (step) => step(kept),
        recorded: (step) => step(kept),
      };
      const done = await work(kept);
      // The last step, for the chain of the tenant is locked from here to the commit.
      await (isAuditedInside ? auditOver(inner, keyRing) : audit)?.append(events);
      return done;
    });
    // From here on it is done, and whatever fails must not keep this node or people from hearing of it.
    try {
      if (!isRecordedInside && recorded.length > 0) await stores.revocations.add(recorded);
    } finally {
      revocations.apply(recorded);
      held.release();
    }
    return result;
  }

  return context;
}

/** The audit log where the stores keep one. */
export function auditOver({ audit }: Pick<StoreSet, 'audit'>, keyRing: KeyRing): AuditLog | null {
  return audit === undefined ? null : createAuditLog(audit, keyRing);
}

/** The revocations inside a transaction that does not cover them: they are added after it. */
function withoutAdding(revocations: RevocationStore): RevocationStore {
  return {
    add: async () => {},
    isRevoked: (subject) => revocations.isRevoked(subject),
    deleteExpired: async () => 0,
  };
}
