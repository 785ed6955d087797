import { findClaims } from '../domains/tokens/find-claims.js';
import type { FlowContext } from './flow-context.js';
import { recordSignOut } from './record-sign-out.js';

/**
 * Revokes whatever of ours `token` is (RFC 7009): a refresh token with its whole session, an access token alone.
 *
 * Anything else is no error and changes nothing (RFC 7009 §2.2).
 *
 * @throws `AuthError` `store_unavailable`.
 */
export async function revokeToken(auth: FlowContext, tenantId: string, token: string): Promise<void> {
  const ended = await auth.sessions.endByRefreshToken(tenantId, token);
  if (ended !== null) {
    await recordSignOut(auth, ended, ended.id);
    return;
  }
  const claims = findClaims(auth.accessTokens, token);
  // Only tokens that verify get onto the list: otherwise anybody could fill it.
  if (claims !== null && claims.tenantId === tenantId) await auth.revocations.revokeToken(claims);
}
