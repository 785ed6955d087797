import type { SecondFactorProof } from '../domains/mfa/index.js';
import { AuthError } from '../errors.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { AccountAct } from './account-act.js';
import type { FlowContext } from './flow-context.js';
import { type ProofOrigin, proveSecondFactor } from './prove-second-factor.js';
import { readRights } from './read-rights.js';
import { secondFactorDueAt } from './role-principals.js';

/** A signed-in user wants to be rid of the second factor. */
export interface SecondFactorRemoval {
  readonly user: UserRef;
  readonly sessionId: string;
  /** The factor itself: whoever found an open browser must not be able to. */
  readonly proof: SecondFactorProof;
  readonly origin: ProofOrigin;
}

/**
 * Removes the second factor, with its backup codes and every browser that was remembered. Ask for a fresh proof of who it
 * is before. All other sessions end; for a user who must have a second factor all do, and the next sign-in sets up another.
 *
 * @throws `AuthError` `mfa_not_enabled`, `mfa_code_invalid`, `rate_limited`, `access_token_revoked` when the asking session
 * has just ended, `store_unavailable`.
 */
export async function removeSecondFactor(
  auth: FlowContext,
  { user, sessionId, proof, origin }: SecondFactorRemoval,
): Promise<void> {
  const ref = { tenantId: user.tenantId, userId: user.userId };
  const account = await auth.users.find(ref);
  if (account === null) throw new AuthError('access_token_revoked');
  if (!(await auth.secondFactors.describe(ref)).isEnabled) throw new AuthError('mfa_not_enabled');
  await proveSecondFactor(auth, account, proof, origin);
  const isMissed = secondFactorDueAt(auth, account, await readRights(auth, account)) !== null;

  await auth.atomically(async (kept) => {
    await remove(kept, account, ref.userId);
    if (isMissed) await kept.sessions.endAll(ref);
    else if (!(await kept.sessions.endOthers(ref, sessionId))) throw new AuthError('access_token_revoked');
    // Again, for whoever was remembered while this was under way.
    await kept.oneTimeTokens.voidAll(ref);
  });
}

/**
 * Removes the second factor of somebody who has lost it, and ends all their sessions. Checks no permission, and nothing about
 * who asks for it: do that as thoroughly as when the account was made (ASVS 6.4.4). Nobody does it to themselves.
 *
 * @throws `AuthError` `account_not_found`, `account_protected`, `mfa_not_enabled`, `store_unavailable`.
 */
export async function resetSecondFactor(auth: FlowContext, { user, actorId }: AccountAct): Promise<void> {
  const ref = { tenantId: user.tenantId, userId: user.userId };
  if (actorId === ref.userId) throw new AuthError('account_protected');
  await auth.atomically(async (kept) => {
    const account = await kept.users.find(ref);
    if (account === null) throw new AuthError('account_not_found');
    await remove(kept, account, actorId);
    await kept.sessions.endAll(ref);
    // Again, for whoever was remembered while this was under way.
    await kept.oneTimeTokens.voidAll(ref);
  });
}

async function remove(auth: FlowContext, user: UserRecord, actorId: string | null): Promise<void> {
  const { tenantId, userId, email: to, name } = user;
  if (!(await auth.secondFactors.describe(user)).isEnabled) throw new AuthError('mfa_not_enabled');
  // Before the factor, as where an account is erased: two flows that lock in two orders would wait for each other.
  await auth.oneTimeTokens.voidAll({ tenantId, userId });
  if (!(await auth.secondFactors.remove(user))) throw new AuthError('mfa_not_enabled');
  await auth.record({ type: 'authn_mfa_disabled', tenantId, userId, actorId });
  auth.notify({ kind: 'second_factor_disabled', tenantId, to, name });
}
