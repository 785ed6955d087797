import { AuthError } from '../../errors.js';
import type { UserRef } from '../../stores/user-store.js';
import { defineAdminRoute } from '../admin-route.js';
import type { Identity } from '../guard.js';
import type { HttpContext } from '../http-context.js';
import { respondEmpty, respondJson } from '../response.js';
import type { Route } from '../route.js';
import { viewUserForAdmin } from '../views.js';

const notFound = 'There is no such account in the tenant of the request';

/** `GET /admin/users/:id`, `POST …/disable` and `POST …/enable` */
export function createAdminUserRoutes(http: HttpContext, basePath: string): readonly Route[] {
  const path = `${basePath}/admin/users/:id`;
  return [
    defineAdminRoute(http, {
      method: 'GET',
      path,
      permission: 'auth:users:read',
      summary: 'An account of the tenant',
      answers: { 200: 'The account', 404: notFound },
      async handle({ params }, { identity }) {
        const user = await http.auth.findUser(userIn(identity, params));
        if (user === null) throw new AuthError('account_not_found');
        return respondJson(200, { user: viewUserForAdmin(user) });
      },
    }),

    defineAdminRoute(http, {
      method: 'POST',
      path: `${path}/disable`,
      permission: 'auth:users:disable',
      summary: 'Disable an account and end all its sessions',
      answers: { 200: 'The account as it is now', 404: notFound, 409: 'It is the own account' },
      async handle({ params }, { identity }) {
        const act = { user: userIn(identity, params), actorId: identity.userId };
        return respondJson(200, { user: viewUserForAdmin(await http.auth.disableUser(act)) });
      },
    }),

    defineAdminRoute(http, {
      method: 'POST',
      path: `${path}/enable`,
      permission: 'auth:users:disable',
      summary: 'Enable a disabled account',
      answers: { 200: 'The account as it is now', 404: notFound },
      async handle({ params }, { identity }) {
        const act = { user: userIn(identity, params), actorId: identity.userId };
        return respondJson(200, { user: viewUserForAdmin(await http.auth.enableUser(act)) });
      },
    }),
  ];
}

/** The tenant comes from the token, which belongs to the tenant of the request: an id alone never leads into another one. */
function userIn({ tenantId }: Identity, params: Readonly<Record<string, string>>): UserRef {
  return { tenantId, userId: params.id ?? '' };
}
