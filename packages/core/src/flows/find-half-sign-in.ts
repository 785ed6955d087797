import type { TokenPurpose } from '../domains/one-time-tokens/index.js';
import type { SignIn } from '../domains/sessions/index.js';
import { AuthError } from '../errors.js';
import type { UserRecord } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import type { HalfSignIn } from './mfa-tokens.js';

/** A sign-in that has come half-way. */
export interface FoundHalfSignIn {
  readonly user: UserRecord;
  readonly signIn: SignIn;
  readonly amr: readonly string[];
}

/** Looks at the token, which stays good. @throws `AuthError` `mfa_token_invalid`, also where the account is disabled by now. */
export async function findHalfSignIn(
  auth: FlowContext,
  purpose: TokenPurpose<HalfSignIn>,
  tenantId: string,
  mfaToken: string,
): Promise<FoundHalfSignIn> {
  const pending = await auth.oneTimeTokens.find(purpose, tenantId, mfaToken);
  const user = pending && (await auth.users.find({ tenantId, userId: pending.userId }));
  if (pending === null || user === null || user.disabledAt !== null) throw new AuthError('mfa_token_invalid');
  const { epochs, amr } = pending.data;
  return { user, amr, signIn: { user: { tenantId, userId: user.userId }, epochs } };
}
