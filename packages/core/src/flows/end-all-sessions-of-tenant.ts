import type { FlowContext } from './flow-context.js';

/** Somebody acts on everybody in a tenant. */
export interface TenantAct {
  /** `''` in an app without tenants. */
  readonly tenantId: string;
  /** Who acts, a user of the tenant, or `null` for the app itself. Take it from the access token, never from a body. */
  readonly actorId: string | null;
}

/**
 * Ends every session of everybody in a tenant, the one of who asks included, at once and whatever their number (ASVS 7.4.5).
 * Sign-ins that are under way are stopped as well; the next ones are as good as ever.
 *
 * @throws `AuthError` `store_unavailable`.
 */
export async function endAllSessionsOfTenant(
  auth: FlowContext,
  { tenantId, actorId }: TenantAct,
): Promise<void> {
  await auth.recorded(async (kept) => {
    await kept.sessions.endTenant(tenantId);
    await kept.record({
      type: 'session_ended',
      ...{ tenantId, userId: null, sessionId: null, exceptSessionId: null },
      ...{ reason: 'ended_by_administrator', actorId },
    });
  });
}
