import type { TestClock } from '@tessera-auth/core/testing';
import {
  accessTokenMs,
  type ExpectedSession,
  expectVerdict,
  type Instant,
  isHonest,
  isLive,
  isPast,
  noteHolder,
  noteRotation,
} from './expected-session.js';
import { aim, type Step } from './step.js';
import type { Act, AppAct, PresentAct, SessionAct, TracePolicy } from './trace.js';

/** The users of a trace and the tenant of each. */
export const tenantOfUser = [0, 0, 1] as const;
const users = [0, 1, 2] as const;
const lifetimes = { '1h': 3_600_000, '2h': 7_200_000, '30d': 2_592_000_000, '90d': 7_776_000_000 } as const;

/** An access token that was issued, and until when it must be refused; `null`: it must not be. */
export interface ExpectedAccessToken {
  readonly session: ExpectedSession;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  refusedUntilMs: number | null;
}

/** A sign-in that is under way. */
interface PendingSignIn {
  readonly user: number;
  isOvertaken: boolean;
}

/** What must come of a step. */
export interface Expected {
  /** One for each request, in any order where there are several. */
  readonly kinds: readonly string[];
  /** A theft that an outage kept from being dealt with is dealt with by this step. */
  readonly finishesTheft: boolean;
  readonly wasLive: boolean;
  readonly isHonest: boolean;
  /** When the presented token was replaced; `null`: it is the newest, or nothing is presented. */
  readonly retiredAt: Instant | null;
  /** Unknown (`null`) once a store may have dropped a session of the user. */
  readonly isNewDevice: boolean | null;
}

/** The whole app as the design sees it. Knows no store. */
export interface Expectation {
  readonly sessions: readonly ExpectedSession[];
  readonly accessTokens: readonly ExpectedAccessToken[];
  readonly userEpochs: readonly number[];
  readonly tenantEpochs: readonly number[];
  now(): Instant;
  /** The live sessions of a user as a list has them: newest first. */
  listLive(user: number): readonly ExpectedSession[];
  /** Gives the act its aim; `null` when there is nothing to aim at. */
  aim(act: Act): Step | null;
  /** Lets the step happen. @param newId the id that a new session has got. */
  apply(step: Step, newId: string): Expected;
}

/** An app where nothing has happened yet. It moves the clock when a trace says so. */
export function createExpectation(clock: TestClock, policy: TracePolicy): Expectation {
  const idleLifetimeMs = lifetimes[policy.idleLifetime];
  const absoluteLifetimeMs = lifetimes[policy.absoluteLifetime];
  const sessions: ExpectedSession[] = [];
  const accessTokens: ExpectedAccessToken[] = [];
  const pending: PendingSignIn[] = [];
  const userEpochs = users.map(() => 0);
  const tenantEpochs = [0, 0];
  let elapsedMs = 0;
  let latestMs = clock.now();

  const now = (): Instant => ({ clockMs: clock.now(), elapsedMs, latestMs });
  const nowMs = (): number => clock.now();
  const liveOf = (user: number): ExpectedSession[] =>
    sessions.filter((session) => session.user === user && isLive(session, nowMs()));
  const hasPassed = (session: ExpectedSession): boolean => isPast(session, nowMs());
  const isUnfinishedTheft = ({ endReason, user, userEpoch }: ExpectedSession): boolean =>
    policy.onReuse === 'user' &&
    (endReason === 'reuse' || endReason === 'fork') &&
    (userEpochs[user] ?? 0) <= userEpoch;

  const refuseTokens = (isMeant: (session: ExpectedSession) => boolean): void => {
    for (const token of accessTokens) {
      if (!isMeant(token.session)) continue;
      token.refusedUntilMs = Math.max(token.refusedUntilMs ?? 0, nowMs() + accessTokenMs);
    }
  };
  const issueToken = (session: ExpectedSession): void => {
    const expiresAtMs = Math.min(nowMs() + 900_000, session.absoluteEndMs);
    accessTokens.push({ session, issuedAtMs: nowMs(), expiresAtMs, refusedUntilMs: null });
  };
  const endByName = (session: ExpectedSession, reason: string): void => {
    session.isEnded = true;
    session.endReason ??= reason;
    refuseTokens((other) => other === session);
  };
  const endMany = (isMeant: (user: number) => boolean, kept: ExpectedSession | null): void => {
    for (const signIn of pending) signIn.isOvertaken ||= isMeant(signIn.user);
    const isEnding = (session: ExpectedSession): boolean => isMeant(session.user) && session !== kept;
    for (const session of sessions) session.isEnded ||= isEnding(session);
    refuseTokens(isEnding);
  };
  const raiseUser = (user: number, kept: ExpectedSession | null): void => {
    userEpochs[user] = (userEpochs[user] ?? 0) + 1;
    if (kept !== null) kept.userEpoch = userEpochs[user];
    endMany((other) => other === user, kept);
  };
  const dealWithTheft = (session: ExpectedSession): void => {
    if (policy.onReuse === 'user') raiseUser(session.user, null);
  };

  const start = (user: number, device: number, id: string): void => {
    const lastSeenFirst = liveOf(user).toSorted((a, b) => b.rotatedAtMs - a.rotatedAtMs || byId(a, b));
    for (const session of lastSeenFirst.slice(policy.maxSessions - 1)) endByName(session, 'session_cap');
    const session: ExpectedSession = {
      ...{ ordinal: sessions.length, id, user, device, createdAtMs: nowMs() },
      absoluteEndMs: nowMs() + absoluteLifetimeMs,
      ...{ generation: 0, held: [0], retiredAt: [], voidBelow: 0 },
      ...{ rotatedAtMs: nowMs(), hardRotatedAtMs: null, attempt: null },
      idleEndMs: nowMs() + Math.min(idleLifetimeMs, absoluteLifetimeMs),
      userEpoch: userEpochs[user] ?? 0,
      ...{ isEnded: false, endReason: null, isDeleted: false, hasSecretsOfItsOwn: false },
    };
    sessions.push(session);
    issueToken(session);
  };

  const presentOnce = (session: ExpectedSession, generation: number, act: PresentAct): string => {
    if (act.lost === 'request') return 'store_unavailable';
    const verdict = expectVerdict({ session, generation, attempt: act.attempt }, nowMs());
    if (verdict === 'rotated') noteRotation(session, { ...act, isHard: false, idleLifetimeMs }, now());
    if (verdict === 'reuse') endByName(session, 'reuse');
    if (act.lost === 'reply') return 'store_unavailable';
    if (verdict === 'reuse') dealWithTheft(session);
    if (verdict === 'invalid' && isUnfinishedTheft(session)) {
      dealWithTheft(session);
      return 'reuse';
    }
    if (['unchanged', 'rotated', 'grace', 'recovered'].includes(verdict)) {
      noteHolder(session, session.generation);
      issueToken(session);
    }
    return verdict;
  };

  const renew = (session: ExpectedSession, endsOthers: boolean): boolean => {
    if (!isLive(session, nowMs())) return false;
    if (endsOthers) {
      raiseUser(session.user, session);
      refuseTokens((other) => other === session);
    }
    noteRotation(session, { attempt: null, isHard: true, idleLifetimeMs }, now());
    noteHolder(session, session.generation);
    issueToken(session);
    return true;
  };

  const actOn = (session: ExpectedSession, act: SessionAct, generation: number): readonly string[] => {
    switch (act.kind) {
      case 'present': {
        if (act.times > 1) session.hasSecretsOfItsOwn = true;
        return Array.from({ length: act.times }, () => presentOnce(session, generation, act));
      }
      case 'forge':
        return ['malformed'];
      case 'present-unknown': {
        if (!isLive(session, nowMs())) return ['invalid'];
        if (act.isAhead) return ['ahead'];
        endByName(session, 'fork');
        return ['fork'];
      }
      case 'step-up':
        return [renew(session, act.endsOthers) ? 'renewed' : 'not_live'];
      case 'change-password':
        session.hasSecretsOfItsOwn = true;
        return [renew(session, true) ? 'changed' : 'access_token_revoked'];
      case 'end':
        endByName(session, act.isByToken ? 'signed_out' : 'ended_by_user');
        return ['ended'];
      case 'end-others': {
        if (!isLive(session, nowMs())) return ['not_live'];
        raiseUser(session.user, session);
        return ['ended'];
      }
    }
  };

  const actOnApp = (act: AppAct, { accessToken }: Step, newId: string): readonly string[] => {
    switch (act.kind) {
      case 'sign-in':
        start(act.user, act.device, newId);
        return ['started'];
      case 'begin-sign-in':
        pending.push({ user: act.user, isOvertaken: false });
        return ['begun'];
      case 'finish-sign-in': {
        const signIn = pending.shift() as PendingSignIn;
        if (signIn.isOvertaken) return ['overtaken'];
        start(signIn.user, 0, newId);
        return ['started'];
      }
      case 'end-all':
        raiseUser(act.user, null);
        return ['ended'];
      case 'end-tenant':
        tenantEpochs[act.tenant] = (tenantEpochs[act.tenant] ?? 0) + 1;
        endMany((user) => tenantOfUser[user] === act.tenant, null);
        return ['ended'];
      case 'revoke-token': {
        const token = accessTokens[accessToken] as ExpectedAccessToken;
        token.refusedUntilMs = Math.max(token.refusedUntilMs ?? 0, token.expiresAtMs + 5000);
        return ['revoked'];
      }
      case 'wait':
        clock.advance(act.ms);
        elapsedMs += Math.max(act.ms, 0);
        latestMs = Math.max(latestMs, clock.now());
        return ['waited'];
      case 'cleanup':
        for (const session of sessions) session.isDeleted ||= hasPassed(session);
        return ['cleaned'];
    }
  };

  return {
    ...{ sessions, accessTokens, userEpochs, tenantEpochs, now },

    listLive: (user) => liveOf(user).toSorted((a, b) => b.createdAtMs - a.createdAtMs || byId(a, b)),

    aim: (act) => aim(act, { sessions, accessTokens, pending, nowMs: nowMs(), isUnfinishedTheft }),

    apply(step, newId) {
      const { act, session, generation } = step;
      const known = sessions.filter(
        ({ user, isDeleted }) => 'user' in act && user === act.user && !isDeleted,
      );
      const before = {
        finishesTheft: act.kind === 'present' && session !== null && isUnfinishedTheft(session),
        wasLive: session !== null && isLive(session, nowMs()),
        isHonest:
          act.kind === 'present' &&
          session !== null &&
          isHonest({ session, generation, attempt: act.attempt }, now()),
        retiredAt:
          session !== null && generation < session.generation
            ? (session.retiredAt[generation] ?? null)
            : null,
        isNewDevice:
          act.kind !== 'sign-in' || sessions.some((other) => other.user === act.user && hasPassed(other))
            ? null
            : !known.some(({ device }) => device === act.device),
      };
      if (!('of' in act)) return { ...before, kinds: actOnApp(act, step, newId) };
      if (session === null) throw new Error('a session act needs a session');
      return { ...before, kinds: actOn(session, act, generation) };
    },
  };
}

function byId(a: ExpectedSession, b: ExpectedSession): number {
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
