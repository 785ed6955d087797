import { z } from 'zod';
import { AuthError } from '../../errors.js';
import { listGiven } from '../../flows/index.js';
import type { UserRecord } from '../../stores/user-store.js';
import type { Authenticated } from '../authenticate.js';
import type { HttpContext } from '../http-context.js';
import { defineProtectedRoute } from '../protected-route.js';
import { type HttpResponse, respondJson } from '../response.js';
import type { Route } from '../route.js';
import { viewUser } from '../views.js';
import { nameSchema } from './schemas.js';

/** `GET /me` and `PATCH /me` */
export function createMeRoutes(http: HttpContext, basePath: string): readonly Route[] {
  const path = `${basePath}/me`;
  return [
    defineProtectedRoute(http, {
      method: 'GET',
      path,
      summary: 'Who is signed in, what they may do, and how they proved who they are',
      answers: { 200: 'The signed-in user' },
      handle: async ({ http }, sender) => respondMe(http, sender, await http.auth.findUser(sender.identity)),
    }),
    defineProtectedRoute(http, {
      method: 'PATCH',
      path,
      summary: 'Change the display name',
      body: z.strictObject({ name: nameSchema.nullable() }),
      answers: { 200: 'The signed-in user as they are now', 422: 'The name is not acceptable' },
      handle: async ({ http, body }, sender) =>
        respondMe(http, sender, await http.auth.renameUser(sender.identity, body.name)),
    }),
  ];
}

function respondMe(http: HttpContext, { identity }: Authenticated, user: UserRecord | null): HttpResponse {
  // The account was deleted while its token still lived.
  if (user === null) throw new AuthError('access_token_revoked');
  return respondJson(200, {
    user: { ...viewUser(user), roles: identity.roles },
    roles: identity.roles,
    permissions: listGiven(http.auth.policy, identity.principal),
    sessionId: identity.sessionId,
    assurance: { amr: identity.amr, authTime: identity.authTime.toISOString() },
  });
}
