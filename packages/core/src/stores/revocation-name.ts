import type { Revocation } from './revocation.js';

/** What entries about the same thing have in common, so that they unite: one text each, and no two things share one. */
export function nameOfRevocation(revocation: Revocation): string {
  const { kind } = revocation;
  switch (kind) {
    case 'token':
      return JSON.stringify([kind, revocation.jti]);
    case 'session':
      return JSON.stringify([kind, revocation.sessionId]);
    case 'user':
    case 'roles':
      return JSON.stringify([kind, revocation.tenantId, revocation.userId]);
    case 'tenant':
      return JSON.stringify([kind, revocation.tenantId]);
  }
}
