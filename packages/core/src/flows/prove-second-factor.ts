import type { SecondFactorProof, UsedSecondFactor } from '../domains/mfa/index.js';
import { AuthError } from '../errors.js';
import type { Factor } from '../events.js';
import type { UserRecord } from '../stores/user-store.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import { hasMailLeft } from './mail-budget.js';

/** Where a proof came from, as far as it is known. */
export type ProofOrigin = Pick<ClientOrigin, 'ip' | 'userAgent'>;

/**
 * Uses a proof of the second factor up, and insists on a good one.
 *
 * Attempts are counted per account, before they are looked at: neither a new sign-in nor many at once give more of them. The
 * owner hears of one that was wrong, for whoever made it knows the password.
 *
 * @throws `AuthError` `mfa_code_invalid`, `rate_limited`, `store_unavailable`.
 */
export async function proveSecondFactor(
  auth: FlowContext,
  user: UserRecord,
  proof: SecondFactorProof,
  origin: ProofOrigin,
): Promise<void> {
  const used = await withinBudget(auth, user, () =>
    proof.method === 'backup_code'
      ? auth.atomically((kept) => verifyBackupCode(kept, user, proof))
      : auth.secondFactors.verify(user, proof),
  );
  if (used === null) await fail(auth, user, proof.method, origin);
}

async function verifyBackupCode(
  auth: FlowContext,
  user: UserRecord,
  proof: SecondFactorProof,
): Promise<UsedSecondFactor | null> {
  const used = await auth.secondFactors.verify(user, proof);
  if (used === null || used.backupCodesLeft === null) return used;
  const { backupCodesLeft } = used;
  const { tenantId, userId, email: to, name } = user;
  await auth.record({ type: 'authn_mfa_backup_code_used', tenantId, userId, backupCodesLeft });
  auth.notify({ kind: 'backup_code_used', tenantId, to, name, backupCodesLeft });
  return used;
}

/**
 * Makes one attempt at the second factor of an account; a success gives all attempts back.
 *
 * @throws `AuthError` `rate_limited`, `store_unavailable`.
 */
export async function withinBudget<T>(
  auth: Pick<FlowContext, 'limits'>,
  { tenantId, userId }: UserRecord,
  attempt: () => Promise<T | null>,
): Promise<T | null> {
  const subject = { tenantId, account: userId };
  await auth.limits.require('secondFactor', subject);
  const outcome = await attempt();
  if (outcome !== null) await auth.limits.reset('secondFactor', subject);
  return outcome;
}

/** @throws `AuthError` `mfa_code_invalid` always. */
async function fail(
  auth: FlowContext,
  { tenantId, userId, email: to, name, canonicalEmail }: UserRecord,
  factor: Factor,
  { ip, userAgent }: ProofOrigin,
): Promise<never> {
  await auth.record({ type: 'authn_mfa_fail', tenantId, userId, factor, ip, userAgent });
  // Apart from links: whoever fails here must not keep the owner from a new password.
  if (await hasMailLeft(auth, tenantId, canonicalEmail, 'second-factor')) {
    auth.notify({ kind: 'second_factor_failed', tenantId, to, name, ip });
  }
  throw new AuthError('mfa_code_invalid');
}
