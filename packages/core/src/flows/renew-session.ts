import { AuthError } from '../errors.js';
import type { UserRecord } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import { readRights } from './read-rights.js';
import { endWhereTooWeak } from './refresh.js';
import { issueTokens, type SignedIn } from './signed-in.js';

/** How a session goes on after its user has proved something. */
export interface Renewal {
  readonly user: UserRecord;
  readonly sessionId: string;
  /** What has just been proved; `null`: `amr` and `authTime` stay. */
  readonly amr: readonly string[] | null;
  /** Also ends every other session of the user. Default `false`. */
  readonly endsOthers?: boolean;
  /** What is done in the same step before the session is renewed, and after. */
  readonly before?: (kept: FlowContext) => Promise<void>;
  readonly after?: (kept: FlowContext) => Promise<void>;
}

/**
 * Gives a session new tokens and voids its older ones, in one step with the rest where the stores can do that.
 *
 * Only one that may go on: where its user must have a second factor by now and gave none, it ends as it does where it is
 * refreshed, and nothing else is done.
 *
 * @throws `AuthError` `access_token_revoked` when the session has just ended, or ends here; `access_token_expired` in its last
 * second; `store_unavailable`.
 */
export async function renewSession(auth: FlowContext, renewal: Renewal): Promise<SignedIn> {
  const { user, sessionId, amr, endsOthers = false, before, after } = renewal;
  const ref = { tenantId: user.tenantId, userId: user.userId };
  const signedIn = await auth.atomically(async (kept) => {
    const session = await kept.sessions.findLive(ref, sessionId);
    if (session === null) throw new AuthError('access_token_revoked');
    const rights = await readRights(kept, user);
    if (await endWhereTooWeak(kept, user, rights, { ...session, amr: amr ?? session.amr })) return null;
    await before?.(kept);
    const proof = amr === null ? {} : { amr };
    const held = await kept.sessions.renew(ref, sessionId, { ...proof, endsOthers });
    if (held === null) throw new AuthError('access_token_revoked');
    await after?.(kept);
    // In the last second of a session no token can be issued any more: before that is known, nothing is kept.
    return issueTokens(kept, user, rights, held);
  });
  // Not before: it would undo that the session is over.
  if (signedIn === null) throw new AuthError('access_token_revoked');
  return signedIn;
}
