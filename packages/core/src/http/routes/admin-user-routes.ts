import { AuthError } from '../../errors.js';
import type { UserRecord, UserRef } from '../../stores/user-store.js';
import { defineAdminRoute } from '../admin-route.js';
import type { HttpContext } from '../http-context.js';
import { respondEmpty, respondJson } from '../response.js';
import type { Route } from '../route.js';
import { viewSession, viewUserForAdmin } from '../views.js';
import { actOn, userIn } from './named-account.js';
import { pageSchema, readPage, sessionIdForm, userIdForm, writeCursor } from './page-cursor.js';

const notFound = 'There is no such account in the tenant of the request';
const protectedNote = 'It is the own account, or the last administrator: `code` says which';

/** What administrators do about accounts of their own tenant: `/admin/users…`. */
export function createAdminUserRoutes(http: HttpContext, path: string): readonly Route[] {
  return [
    // Without a store that can there are none.
    ...(http.auth.stores.users.list === undefined ? [] : [createListRoute(http, path)]),
    ...createAccountRoutes(http, `${path}/:id`),
    ...(http.auth.stores.users.delete === undefined ? [] : [createErasureRoute(http, `${path}/:id`)]),
    ...createSessionRoutes(http, `${path}/:id/sessions`),
    ...(http.auth.stores.secondFactors === undefined ? [] : [createResetRoute(http, `${path}/:id`)]),
  ];
}

/** `GET /admin/users` */
function createListRoute(http: HttpContext, path: string): Route {
  return defineAdminRoute(http, {
    method: 'GET',
    path,
    permission: 'auth:users:read',
    summary: 'The accounts of the tenant, newest first',
    query: pageSchema,
    answers: {
      200: 'A page of accounts; `next` is the cursor of the following one',
      422: 'The cursor is not one of ours',
    },
    async handle({ http, query }, { identity }) {
      const { limit, after } = readPage(query, userIdForm);
      const page = await http.auth.listUsers(identity.tenantId, {
        limit,
        after: after === null ? null : { createdAt: after.createdAt, userId: after.id },
      });
      const { next } = page;
      return respondJson(200, {
        users: page.users.map(viewUserForAdmin),
        next: next === null ? null : writeCursor({ createdAt: next.createdAt, id: next.userId }),
      });
    },
  });
}

/** `GET /admin/users/:id`, `POST …/disable` and `POST …/enable` */
function createAccountRoutes(http: HttpContext, path: string): readonly Route[] {
  return [
    defineAdminRoute(http, {
      method: 'GET',
      path,
      permission: 'auth:users:read',
      summary: 'An account of the tenant',
      answers: { 200: 'The account, and whether it has a second factor', 404: notFound },
      async handle({ http, params }, sender) {
        const user = await findAccount(http, userIn(sender, params));
        const { isEnabled } = await http.auth.describeSecondFactor(user);
        return respondJson(200, { user: viewUserForAdmin(user), secondFactor: { enabled: isEnabled } });
      },
    }),

    defineAdminRoute(http, {
      method: 'POST',
      path: `${path}/disable`,
      permission: 'auth:users:write',
      summary: 'Disable an account and end all its sessions',
      answers: { 200: 'The account as it is now', 404: notFound, 409: protectedNote },
      async handle({ http, params }, sender) {
        const user = await http.auth.disableUser(actOn(sender, params));
        return respondJson(200, { user: viewUserForAdmin(user) });
      },
    }),

    defineAdminRoute(http, {
      method: 'POST',
      path: `${path}/enable`,
      permission: 'auth:users:write',
      summary: 'Enable a disabled account; its old sessions stay dead',
      answers: { 200: 'The account as it is now', 404: notFound },
      async handle({ http, params }, sender) {
        const user = await http.auth.enableUser(actOn(sender, params));
        return respondJson(200, { user: viewUserForAdmin(user) });
      },
    }),
  ];
}

/** `DELETE /admin/users/:id` */
function createErasureRoute(http: HttpContext, path: string): Route {
  return defineAdminRoute(http, {
    method: 'DELETE',
    path,
    permission: 'auth:users:write',
    summary: 'Erase an account for good, with all that belongs to it',
    answers: { 204: 'It is gone, and every session with it', 404: notFound, 409: protectedNote },
    async handle({ http, params }, sender) {
      const act = actOn(sender, params);
      // Who wants to be gone goes through `DELETE /account`.
      if (act.user.userId === act.actorId) throw new AuthError('account_protected');
      await http.auth.eraseUser(act);
      return respondEmpty(204);
    },
  });
}

/** `GET /admin/users/:id/sessions` and `DELETE /admin/users/:id/sessions` */
function createSessionRoutes(http: HttpContext, path: string): readonly Route[] {
  return [
    defineAdminRoute(http, {
      method: 'GET',
      path,
      permission: 'auth:users:read',
      summary: 'Where the owner of an account is signed in, newest first',
      query: pageSchema,
      answers: {
        200: 'A page of sessions; `next` is the cursor of the following one',
        404: notFound,
        422: 'The cursor is not one of ours',
      },
      async handle({ http, params, query }, sender) {
        const page = readPage(query, sessionIdForm);
        const user = await findAccount(http, userIn(sender, params));
        const { sessions, next } = await http.auth.listSessions(user, page);
        return respondJson(200, {
          sessions: sessions.map((session) => viewSession(session, sender.identity.sessionId)),
          next: next === null ? null : writeCursor(next),
        });
      },
    }),

    defineAdminRoute(http, {
      method: 'DELETE',
      path,
      permission: 'auth:users:write',
      summary: 'End all sessions of an account',
      answers: { 204: 'They are over, and their tokens are dead', 404: notFound },
      async handle({ http, params }, sender) {
        const act = actOn(sender, params);
        await http.auth.endAllSessions(act);
        const isOwnEnd = act.user.userId === act.actorId && sender.credentials.transport !== 'bearer';
        return respondEmpty(204, { cookies: isOwnEnd ? http.cookies.clear() : [] });
      },
    }),
  ];
}

/** `POST /admin/users/:id/second-factor/reset` */
function createResetRoute(http: HttpContext, path: string): Route {
  return defineAdminRoute(http, {
    method: 'POST',
    path: `${path}/second-factor/reset`,
    permission: 'auth:users:write',
    summary: 'Remove the second factor of somebody who has lost it, and end all their sessions',
    answers: {
      204: 'Sign-ins do not ask for it any more',
      404: notFound,
      409: `There is no second factor, or it is the own account: \`code\` says which`,
    },
    async handle({ http, params }, sender) {
      await http.auth.resetSecondFactor(actOn(sender, params));
      return respondEmpty(204);
    },
  });
}

async function findAccount({ auth }: HttpContext, ref: UserRef): Promise<UserRecord> {
  const user = await auth.findUser(ref);
  if (user === null) throw new AuthError('account_not_found');
  return user;
}
