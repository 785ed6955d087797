import type { TokenPurpose } from '../domains/one-time-tokens/index.js';
import type { FlowContext } from './flow-context.js';
import { type HalfSignIn, rememberedDevice, secondFactorPending, secondFactorSetup } from './mfa-tokens.js';
import { readRights } from './read-rights.js';
import { secondFactorDueAt } from './role-principals.js';
import type { PendingSignIn, SignInOutcome } from './sign-in-outcome.js';
import { type ProvenSignIn, startSession } from './start-session.js';

/** A first factor was right. */
export interface FirstFactorProven extends ProvenSignIn {
  /** What this browser was given to be remembered by, or `null`. */
  readonly deviceToken: string | null;
}

/**
 * Where every way to sign in ends, whatever it began with: here and nowhere else it is decided what else is needed before
 * there is a session (ASVS 6.3.4).
 *
 * @throws `AuthError` `credentials_invalid` when the user was signed out everywhere since the sign-in began;
 * `store_unavailable`.
 */
export async function completeSignIn(auth: FlowContext, proven: FirstFactorProven): Promise<SignInOutcome> {
  const { user } = proven;
  const { isEnabled, backupCodesLeft } = await auth.secondFactors.describe(user);
  if (isEnabled) {
    const deviceToken = await rememberAgain(auth, proven);
    if (deviceToken !== null) {
      const known = { ...proven, amr: [...proven.amr, 'swk'] };
      return { ...(await startSession(auth, known)), deviceToken };
    }
    const methods = backupCodesLeft > 0 ? (['totp', 'backup_code'] as const) : (['totp'] as const);
    return { kind: 'second_factor_required', methods, ...(await pause(auth, proven, secondFactorPending)) };
  }
  const rights = await readRights(auth, user);
  const dueAt = secondFactorDueAt(auth, user, rights);
  if (dueAt !== null && dueAt <= auth.now()) {
    const kind = 'second_factor_setup_required';
    return { kind, methods: [], ...(await pause(auth, proven, secondFactorSetup)) };
  }
  return { ...(await startSession(auth, proven, rights)), secondFactorDueAt: dueAt };
}

/** Writes down how far the sign-in has come. */
async function pause(
  auth: FlowContext,
  { user, signIn, amr }: FirstFactorProven,
  purpose: TokenPurpose<HalfSignIn>,
): Promise<Pick<PendingSignIn, 'mfaToken' | 'expiresAt'>> {
  const { token, expiresAt } = await auth.oneTimeTokens.issue(purpose, user, { epochs: signIn.epochs, amr });
  return { mfaToken: token, expiresAt };
}

/** The next token of a browser that presents a good one; `null` for every other. */
async function rememberAgain(
  auth: FlowContext,
  { user: { tenantId, userId }, deviceToken }: FirstFactorProven,
): Promise<string | null> {
  const { rememberDevicesMs } = auth.mfa;
  if (deviceToken === null || rememberDevicesMs === null) return null;
  const purpose = rememberedDevice(rememberDevicesMs);
  const device = await auth.oneTimeTokens.find(purpose, tenantId, deviceToken);
  // Somebody else's stays good for them.
  if (device?.userId !== userId) return null;
  if ((await auth.oneTimeTokens.consume(purpose, tenantId, deviceToken)) === null) return null;
  return (await auth.oneTimeTokens.issue(purpose, { tenantId, userId }, null)).token;
}
