import { findClaims } from '../domains/tokens/find-claims.js';
import type { AccessTokenClaims } from '../domains/tokens/index.js';
import type { FlowContext } from './flow-context.js';
import { signOutByRefreshToken } from './sign-out.js';

/**
 * Revokes whatever of ours `token` is (RFC 7009): a refresh token with its whole session, an access token alone.
 *
 * Anything else is no error and changes nothing (RFC 7009 §2.2). What was dead already is not recorded again.
 *
 * @throws `AuthError` `store_unavailable`.
 */
export async function revokeToken(auth: FlowContext, tenantId: string, token: string): Promise<void> {
  if (await signOutByRefreshToken(auth, tenantId, token)) return;
  const claims = findClaims(auth.accessTokens, token);
  // Only tokens that verify get onto the list: otherwise anybody could fill it.
  if (claims !== null && claims.tenantId === tenantId) await revokeAccessToken(auth, claims);
}

async function revokeAccessToken(auth: FlowContext, claims: AccessTokenClaims): Promise<void> {
  const { tenantId, subject: userId, sessionId, jti: tokenId } = claims;
  if (await auth.revocations.isRevoked({ ...claims, userId })) return;
  await auth.recorded(async (kept) => {
    await kept.revoke([auth.revocations.describeToken(claims)]);
    // As where somebody signs out: an old token must not bring back what the log has forgotten of an erased account.
    if ((await kept.users.find({ tenantId, userId })) === null) return;
    await kept.record({ type: 'authn_token_revoked', tenantId, userId, sessionId, tokenId });
  });
}
