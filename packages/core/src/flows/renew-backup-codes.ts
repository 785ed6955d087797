import { AuthError } from '../errors.js';
import type { UserRef } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import type { BackupCodes } from './set-up-second-factor.js';

/**
 * Ten other backup codes in the place of all. Ask for a fresh proof of who it is before.
 *
 * @throws `AuthError` `mfa_not_enabled`; `access_token_revoked` when the account is gone; `store_unavailable`.
 */
export async function renewBackupCodes(auth: FlowContext, user: UserRef): Promise<BackupCodes> {
  const { tenantId, userId } = user;
  return auth.atomically(async (kept) => {
    const account = await kept.users.find({ tenantId, userId });
    if (account === null) throw new AuthError('access_token_revoked');
    const backupCodes = await kept.secondFactors.renewBackupCodes({ tenantId, userId });
    if (backupCodes === null) throw new AuthError('mfa_not_enabled');
    await kept.record({ type: 'authn_mfa_backup_codes_renewed', tenantId, userId });
    kept.notify({ kind: 'backup_codes_renewed', tenantId, to: account.email, name: account.name });
    return { backupCodes };
  });
}
