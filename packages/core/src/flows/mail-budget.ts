import type { FlowContext } from './flow-context.js';

/** What a mail is about that others ask for: whoever asks for one kind keeps nobody from another. */
export type MailLane =
  | 'registration'
  | 'password-reset'
  | 'email-change'
  | 'email-change-notice'
  | 'second-factor';

/** Whether an address may get one more such mail: nobody's mailbox is flooded from here. */
export async function hasMailLeft(
  auth: Pick<FlowContext, 'limits'>,
  tenantId: string,
  canonicalEmail: string,
  lane: MailLane,
): Promise<boolean> {
  return (await auth.limits.take('recovery', { tenantId, account: canonicalEmail, lane })).isAllowed;
}
