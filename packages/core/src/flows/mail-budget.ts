import type { FlowContext } from './flow-context.js';

/** Whether an address may get one more mail that somebody else asked for: nobody's mailbox is flooded from here. Each lane counts for itself. */
export async function hasMailLeft(
  auth: Pick<FlowContext, 'limits'>,
  tenantId: string,
  canonicalEmail: string,
  lane = '',
): Promise<boolean> {
  return (await auth.limits.take('recovery', { tenantId, account: canonicalEmail, lane })).isAllowed;
}
