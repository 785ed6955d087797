import { type ExpectedSession, isPast } from './expected-session.js';
import type { Act } from './trace.js';

/** An act that has its aim. */
export interface Step {
  readonly act: Act;
  readonly session: ExpectedSession | null;
  /** The generation that is presented. */
  readonly generation: number;
  /** Which access token is revoked. */
  readonly accessToken: number;
}

/** What there is to aim at. */
export interface Targets {
  readonly sessions: readonly ExpectedSession[];
  readonly accessTokens: readonly { readonly issuedAtMs: number; readonly expiresAtMs: number }[];
  /** Sign-ins that are under way. */
  readonly pending: readonly unknown[];
  readonly nowMs: number;
  /** Whether an outage has kept a theft of this session from being dealt with. */
  isUnfinishedTheft(session: ExpectedSession): boolean;
}

/** Gives the act its aim; `null` when there is nothing to aim at. */
export function aim(act: Act, targets: Targets): Step | null {
  const { sessions, accessTokens, pending, nowMs } = targets;
  const step = { act, session: null, generation: 0, accessToken: 0 };
  if (act.kind === 'finish-sign-in') return pending.length > 0 ? step : null;
  if (act.kind === 'revoke-token') {
    const accessToken = act.token % Math.max(accessTokens.length, 1);
    const { issuedAtMs, expiresAtMs } = accessTokens[accessToken] ?? { issuedAtMs: 0, expiresAtMs: 0 };
    // One that is about to expire is in Redis for less time than a test may take.
    return issuedAtMs <= nowMs && expiresAtMs > nowMs + 60_000 ? { ...step, accessToken } : null;
  }
  if (act.kind === 'wait') {
    // What was past its absolute end may be gone for good, so no clock returns to before it.
    const untilMs = nowMs + act.ms;
    const isReturn = sessions.some((session) => isPast(session, nowMs) && !isPast(session, untilMs));
    return isReturn ? null : step;
  }
  if (!('of' in act)) return step;

  const session = sessions[act.of % Math.max(sessions.length, 1)];
  if (session === undefined) return null;
  // A store may have dropped what is past its absolute end or not, and answers accordingly.
  const isUncertain = act.kind === 'end' || (act.kind === 'present' && targets.isUnfinishedTheft(session));
  if (isUncertain && isPast(session, nowMs)) return null;
  // In its last second the password changes, but no access token can be made to answer with.
  if (act.kind === 'change-password' && isPast(session, nowMs + 1000)) return null;
  const back = act.kind === 'present' ? act.back : 0;
  const generation = session.held.at(-1 - Math.min(back, session.held.length - 1)) ?? 0;
  return { ...step, session, generation };
}
