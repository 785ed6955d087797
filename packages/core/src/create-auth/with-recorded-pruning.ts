import type { AuditLog } from '../domains/audit/index.js';
import type { FlowContext } from '../flows/index.js';

/**
 * The log, of which old entries do not go unseen: that somebody is about to remove some is recorded before, and how many went
 * after it. Whatever fails in between, the first of the two is there.
 */
export function withRecordedPruning(audit: AuditLog, { record, now }: FlowContext): AuditLog {
  return {
    ...audit,
    async prune(tenantId, { before: asked, actorId = null }) {
      // What is recorded here must not go with the rest.
      const before = new Date(Math.min(asked.getTime(), now().getTime()));
      const [oldest] = await audit.list({ tenantId, limit: 1 });
      if (oldest === undefined || !(oldest.at < before)) return audit.prune(tenantId, { before });
      const act = { type: 'audit_pruned', tenantId, userId: null, actorId, before } as const;
      await record({ ...act, removed: null });
      const pruned = await audit.prune(tenantId, { before });
      await record({ ...act, removed: pruned.removed });
      return pruned;
    },
  };
}
