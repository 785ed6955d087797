import { isEqualConstantTime } from '../../crypto/constant-time.js';
import { sha256 } from '../../crypto/hash.js';
import type { KeyRing } from '../../crypto/key-ring.js';
import { createId, type Random } from '../../crypto/random.js';
import type { SessionRecord, SessionStore } from '../../stores/session-store.js';
import type { UserRef } from '../../stores/user-store.js';
import { type HeldSession, holdSession } from './held-session.js';
import { readRefreshToken } from './refresh-token.js';
import type { SessionEndings } from './session-endings.js';
import type { SessionPolicy } from './session-policy.js';
import { deriveSuccessor } from './successor.js';

/**
 * What became of a presented refresh token.
 *
 * - `rotated`, `unchanged`, `grace`, `recovered`: go on with `refreshToken`.
 * - `malformed`, `invalid`: the client is signed out.
 * - `superseded`, `ahead`: refused, but the client may hold or get a better one.
 * - `reuse`, `fork`: refused, and the session (by policy: the user's every session) was ended. Raise the alarm.
 */
export type RefreshOutcome =
  | ({ readonly kind: 'rotated' | 'unchanged' | 'grace' | 'recovered' } & HeldSession)
  | { readonly kind: 'malformed' | 'invalid' | 'superseded' | 'ahead' }
  | { readonly kind: 'reuse' | 'fork'; readonly session: SessionRecord };

/** What exchanging refresh tokens needs. */
export interface SessionRefreshOptions {
  readonly store: SessionStore;
  readonly keyRing: KeyRing;
  readonly policy: SessionPolicy;
  readonly endings: SessionEndings;
  readonly accessTokenMs: number;
  readonly random: Random;
}

/** Exchanges a refresh token; `Sessions.refresh` says the rest. */
export type RefreshSession = (
  user: UserRef,
  refreshToken: unknown,
  attemptId?: string,
) => Promise<RefreshOutcome>;

/** The store judges, and what it says is turned into tokens or into ends. */
export function createSessionRefresh(options: SessionRefreshOptions): RefreshSession {
  const { store, keyRing, policy, endings, accessTokenMs, random } = options;

  return async ({ tenantId, userId }, refreshToken, attemptId): Promise<RefreshOutcome> => {
    const presented = readRefreshToken(keyRing, tenantId, refreshToken);
    if (presented === null) return { kind: 'malformed' };
    const { sessionId, generation } = presented;
    const derive = (keyId: string, nonce: string): Buffer | null =>
      deriveSuccessor(keyRing, {
        keyId,
        tenantId,
        sessionId,
        generation: generation + 1,
        presentedSecret: presented.secret,
        nonce,
      });

    const nonce = createId(random);
    const keyId = keyRing.activeKeyId;
    const candidate = derive(keyId, nonce) as Buffer; // the active key is always there
    const outcome = await store.rotate({
      tenantId,
      userId,
      sessionId,
      generation,
      secretHash: sha256(presented.secret),
      next: { secretHash: sha256(candidate), nonce, keyId },
      attemptHash: attemptId === undefined ? null : sha256(attemptId),
      floorMs: policy.rotationFloorMs,
      graceMs: policy.rotationGraceMs,
      recoveryMs: policy.recoveryMs,
      accessTokenMs,
    });

    switch (outcome.kind) {
      case 'superseded':
      case 'ahead':
        return { kind: outcome.kind };
      case 'invalid': {
        const stolen = await endings.finishStolen(tenantId, sessionId);
        return stolen === null ? { kind: 'invalid' } : { kind: 'reuse', session: stolen };
      }
      case 'reuse':
      case 'fork':
        await endings.endStolen(outcome.session);
        return { kind: outcome.kind, session: outcome.session };
      case 'unchanged':
        return { kind: 'unchanged', session: outcome.session, refreshToken: refreshToken as string };
      case 'rotated':
        return { kind: 'rotated', ...holdSession(keyRing, outcome.session, candidate) };
      case 'grace':
      case 'recovered': {
        const { session } = outcome;
        const successor = derive(session.keyId, session.nonce);
        // A node that does not have the row's key (yet) cannot answer; one that has it can.
        if (successor === null) return { kind: 'superseded' };
        if (isEqualConstantTime(sha256(successor), session.secretHash)) {
          return { kind: outcome.kind, ...holdSession(keyRing, session, successor) };
        }
        const { session: ended } = (await endings.end(session, sessionId, 'fork')) ?? { session };
        await endings.endStolen(ended);
        return { kind: 'fork', session: ended };
      }
    }
  };
}
