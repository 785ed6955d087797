import type { TotpEnrollment } from '../domains/mfa/index.js';
import { AuthError } from '../errors.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import { findHalfSignIn } from './find-half-sign-in.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import { secondFactorSetup } from './mfa-tokens.js';
import { attemptsAt } from './prove-second-factor.js';
import { readRights } from './read-rights.js';
import type { FinishedSignIn } from './sign-in-outcome.js';
import { issueTokens, type SignedIn } from './signed-in.js';
import { startSession } from './start-session.js';
import { tidyUp } from './tidy-up.js';

/** What a user gets once the authenticator has proved that it works. */
export interface BackupCodes {
  /** Ten, shown once. Each opens the account once in the place of a code of the authenticator. */
  readonly backupCodes: readonly string[];
}

/** A signed-in user gives the first code of an authenticator. */
export interface SecondFactorConfirmation {
  readonly user: UserRef;
  readonly sessionId: string;
  readonly code: string;
}

/** The same in the middle of a sign-in. */
export interface SecondFactorSetup {
  readonly tenantId: string;
  readonly mfaToken: string;
  readonly code: string;
  /** A refresh token of the session that the new one takes the place of, such as the one in the same cookies: it ends with it. */
  readonly replaces?: string | null;
  readonly origin: ClientOrigin;
}

/**
 * Begins to set up an authenticator. Ask for a fresh proof of who it is before. Until it is confirmed nothing changes.
 *
 * @throws `AuthError` `mfa_already_enabled`; `access_token_revoked` when the account is gone; `store_unavailable`.
 */
export async function enrollSecondFactor(auth: FlowContext, user: UserRef): Promise<TotpEnrollment> {
  const account = await auth.users.find(user);
  if (account === null) throw new AuthError('access_token_revoked');
  return enroll(auth, account);
}

/** Begins it in the middle of a sign-in of somebody who must have one. @throws the same, and `mfa_token_invalid`. */
export async function beginSecondFactorSetup(
  auth: FlowContext,
  tenantId: string,
  mfaToken: string,
): Promise<TotpEnrollment> {
  const { user } = await findHalfSignIn(auth, secondFactorSetup, tenantId, mfaToken);
  return enroll(auth, user);
}

async function enroll(auth: FlowContext, user: UserRecord): Promise<TotpEnrollment> {
  const enrollment = await auth.secondFactors.enroll(user, user.email);
  if (enrollment === null) throw new AuthError('mfa_already_enabled');
  // Failures are counted for an authenticator (NIST SP 800-63B-4 §3.2.2), and there is none: the next one begins at none.
  await tidyUp(auth, auth.limits.reset('secondFactor', attemptsAt(user, 'totp')));
  return enrollment;
}

/**
 * Ends it with a first code: from now on sign-ins ask for it. The session that asks gets new tokens, all others end.
 *
 * Where the stores do not share a database, a failure in between leaves the factor in force; its owner can have other
 * backup codes.
 *
 * @throws `AuthError` `mfa_code_invalid`, also where nothing was begun; `rate_limited`; `access_token_revoked` when the
 * asking session has just ended; `store_unavailable`.
 */
export async function confirmSecondFactor(
  auth: FlowContext,
  { user: { tenantId, userId }, sessionId, code }: SecondFactorConfirmation,
): Promise<SignedIn & BackupCodes> {
  const ref = { tenantId, userId };
  const user = await auth.users.find(ref);
  if (user === null) throw new AuthError('access_token_revoked');
  await auth.limits.require('secondFactor', attemptsAt(user, 'setup'));
  const done = await auth.atomically(async (kept) => {
    const backupCodes = await confirm(kept, user, code);
    if (backupCodes === null) return null;
    const proof = { amr: ['pwd', 'otp', 'mfa'], endsOthers: true };
    const rights = await readRights(kept, user);
    const held = await kept.sessions.renew(ref, sessionId, proof);
    if (held === null) throw new AuthError('access_token_revoked');
    return { ...issueTokens(kept, user, rights, held), backupCodes };
  });
  if (done === null) throw new AuthError('mfa_code_invalid');
  await tidyUp(auth, auth.limits.reset('secondFactor', attemptsAt(user, 'setup')));
  return done;
}

/** Ends it, and the sign-in with it. @throws the same, `mfa_token_invalid` and `credentials_invalid`. */
export async function confirmSecondFactorSetup(
  auth: FlowContext,
  { tenantId, mfaToken, code, origin, replaces = null }: SecondFactorSetup,
): Promise<FinishedSignIn & BackupCodes> {
  const { user, signIn, amr } = await findHalfSignIn(auth, secondFactorSetup, tenantId, mfaToken);
  await auth.limits.require('secondFactor', attemptsAt(user, 'setup'));
  const done = await auth.atomically(async (kept) => {
    const backupCodes = await confirm(kept, user, code);
    if (backupCodes === null) return null;
    const spent = await kept.oneTimeTokens.consume(secondFactorSetup, tenantId, mfaToken);
    if (spent === null) throw new AuthError('mfa_token_invalid');
    const proven = { signIn, user, amr: [...amr, 'otp', 'mfa'], origin, replaces };
    return { ...(await startSession(kept, proven)), backupCodes };
  });
  if (done === null) throw new AuthError('mfa_code_invalid');
  await tidyUp(auth, auth.limits.reset('secondFactor', attemptsAt(user, 'setup')));
  return done;
}

async function confirm(auth: FlowContext, user: UserRecord, code: string): Promise<readonly string[] | null> {
  const backupCodes = await auth.secondFactors.confirm(user, code);
  if (backupCodes === null) return null;
  const { tenantId, userId, email: to, name } = user;
  await auth.record({ type: 'authn_mfa_enabled', tenantId, userId });
  auth.notify({ kind: 'second_factor_enabled', tenantId, to, name });
  return backupCodes;
}
