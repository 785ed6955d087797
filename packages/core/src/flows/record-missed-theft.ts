import type { SessionRecord } from '../stores/session-store.js';
import type { FlowContext } from './flow-context.js';

const pageLimit = 100;

/**
 * Raises the alarm of a session that was ended as stolen, where it is not in the log: whoever noticed the theft could not write it
 * down, and the store judges no token of that session a second time. Without a log nothing can have been missed.
 *
 * @returns whether it was raised.
 * @throws `AuthError` `store_unavailable`; whichever token of the session comes next raises it then.
 */
export async function recordMissedTheft(
  { audit, record }: FlowContext,
  { tenantId, userId, id: sessionId, endReason }: SessionRecord,
): Promise<boolean> {
  if (audit === null || (endReason !== 'reuse' && endReason !== 'fork')) return false;
  const type = 'authn_token_reuse';
  for (let afterSeq = 0; ; ) {
    const page = await audit.list({ tenantId, userId, type, afterSeq, limit: pageLimit });
    if (page.some(({ data }) => data.includes(sessionId))) return false;
    if (page.length < pageLimit) break;
    afterSeq = page.at(-1)?.seq ?? afterSeq;
  }
  await record({ type, tenantId, userId, sessionId });
  return true;
}
