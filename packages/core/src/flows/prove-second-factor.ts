import type { SecondFactorMethod, SecondFactorProof } from '../domains/mfa/index.js';
import type { RateLimitSubject } from '../domains/rate-limits/index.js';
import { AuthError } from '../errors.js';
import type { Factor } from '../events.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';
import { hasMailLeft } from './mail-budget.js';
import { tidyUp } from './tidy-up.js';

/** Where a proof came from, as far as it is known. */
export type ProofOrigin = Pick<ClientOrigin, 'ip' | 'userAgent'>;

/**
 * Uses a proof of the second factor up, and insists on a good one.
 *
 * Attempts are counted per account, before they are looked at: neither a new sign-in nor many at once give more of them. The
 * owner hears of one that was wrong, for whoever made it knows the password. A good one gives the attempts back.
 *
 * @throws `AuthError` `mfa_code_invalid`, `rate_limited`, `store_unavailable`.
 */
export async function proveSecondFactor(
  auth: FlowContext,
  user: UserRecord,
  proof: SecondFactorProof,
  origin: ProofOrigin,
): Promise<void> {
  const attempts = attemptsAt(user, proof.method);
  await auth.limits.require('secondFactor', attempts);
  // A backup code that is used up without a trace would be one that its owner looks for in vain.
  if (!(await auth.recorded((kept) => use(kept, user, proof)))) return fail(auth, user, proof.method, origin);
  // Whoever has a backup code has the authenticator looked at again as well.
  const proved = new Set([proof.method, 'totp'] as const);
  await tidyUp(
    auth,
    ...[...proved].map((method) => auth.limits.reset('secondFactor', attemptsAt(user, method))),
  );
}

/**
 * Whose attempts are counted. Codes of an authenticator can be guessed. What cannot is counted apart, so that whoever guesses
 * keeps nobody from it: backup codes, and first codes of an authenticator whose key was shown to whoever sets it up.
 */
export function attemptsAt(
  { tenantId, userId }: UserRef,
  what: SecondFactorMethod | 'setup',
): RateLimitSubject {
  const subject = { tenantId, account: userId };
  return what === 'totp' ? subject : { ...subject, lane: what, neverLocks: true };
}

/** @returns whether it was good. */
async function use(auth: FlowContext, user: UserRecord, proof: SecondFactorProof): Promise<boolean> {
  const used = await auth.secondFactors.verify(user, proof);
  if (used === null) return false;
  const { backupCodesLeft } = used;
  if (backupCodesLeft === null) return true;
  const { tenantId, userId, email: to, name } = user;
  await auth.record({ type: 'authn_mfa_backup_code_used', tenantId, userId, backupCodesLeft });
  auth.notify({ kind: 'backup_code_used', tenantId, to, name, backupCodesLeft });
  return true;
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
