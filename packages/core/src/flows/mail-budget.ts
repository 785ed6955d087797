import { sha256 } from '../crypto/hash.js';
import type { FlowContext } from './flow-context.js';

/** Three mails at once, and then one every twenty minutes. */
const budget = { intervalUs: 20 * 60 * 1_000_000, burst: 3, cost: 1 };

/**
 * Whether an address may get one more mail that somebody else asked for: nobody's mailbox is flooded from here. The store
 * sees a digest, not the address.
 */
export async function hasMailLeft(
  auth: FlowContext,
  tenantId: string,
  canonicalEmail: string,
): Promise<boolean> {
  const key = `mail:${sha256(`${tenantId}\0${canonicalEmail}`)}`;
  return (await auth.rateLimits.take({ key, ...budget })).isAllowed;
}
