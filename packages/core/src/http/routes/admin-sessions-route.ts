import { defineAdminRoute } from '../admin-route.js';
import type { HttpContext } from '../http-context.js';
import { respondEmpty } from '../response.js';
import type { Route } from '../route.js';

/** `DELETE /admin/sessions`: for the day on which something has leaked. */
export function createAdminSessionsRoute(http: HttpContext, path: string): Route {
  return defineAdminRoute(http, {
    method: 'DELETE',
    path,
    permission: 'auth:users:write',
    summary: 'End all sessions of everybody in the tenant, that of the sender included',
    answers: { 204: 'They are over, and their tokens are dead' },
    async handle({ http }, { identity: { tenantId, userId: actorId }, credentials }) {
      await http.auth.endAllSessionsOfTenant({ tenantId, actorId });
      return respondEmpty(204, { cookies: credentials.transport === 'bearer' ? [] : http.cookies.clear() });
    },
  });
}
