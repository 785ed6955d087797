import { z } from 'zod';
import { decodeBase64Url } from '../../crypto/base64url.js';
import { AuthError } from '../../errors.js';
import type { RoleAct } from '../../flows/index.js';
import type { AssignmentCursor } from '../../stores/role-store.js';
import { areStorableIds } from '../../stores/storable-ids.js';
import { defineAdminRoute } from '../admin-route.js';
import type { Authenticated } from '../authenticate.js';
import type { HttpContext } from '../http-context.js';
import { respondEmpty, respondJson } from '../response.js';
import type { Route } from '../route.js';
import { viewAssignment, viewRole } from '../views.js';
import { actOn, decodeSegment, userIn } from './named-account.js';
import { pageSchema } from './page-cursor.js';

const ceilingNote =
  'The roles of the sender do not grant `auth:roles:write`, or the role grants what the sender does not hold; or the request does not come from the app itself';

const permissionsSchema = z.array(z.string().min(1).max(128)).max(500);
const descriptionSchema = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => !/\p{Cc}|\p{Surrogate}/u.test(text))
  .nullable();

/** What administrators do about roles: `/admin/roles…` and `/admin/users/:id/roles…`. */
export function createAdminRoleRoutes(app: HttpContext, path: string): readonly Route[] {
  return [
    ...createDefinitionRoutes(app, `${path}/roles`),
    ...createAssignmentRoutes(app, `${path}/users/:id/roles`),
  ];
}

/** `GET` and `POST /admin/roles`, `PUT` and `DELETE /admin/roles/:name` */
function createDefinitionRoutes(app: HttpContext, path: string): readonly Route[] {
  return [
    defineAdminRoute(app, {
      method: 'GET',
      path,
      permission: 'auth:roles:read',
      summary: 'The roles of the tenant, those of the code first',
      answers: { 200: 'All of them, with what they grant' },
      async handle({ http }, { identity }) {
        return respondJson(200, { roles: await http.auth.listRoles(identity.tenantId) });
      },
    }),

    defineAdminRoute(app, {
      method: 'POST',
      path,
      permission: 'auth:roles:write',
      summary: 'Make a role of permissions that the sender holds',
      body: z.strictObject({
        name: z.string().min(1).max(64),
        permissions: permissionsSchema,
        description: descriptionSchema.optional(),
      }),
      answers: {
        201: 'The role; nobody has it yet',
        403: ceilingNote,
        409: 'There is a role of this name: `code` says whether in the code',
        422: 'The name or a permission is not acceptable',
      },
      async handle({ http, body: { name, permissions, description = null } }, { identity }) {
        const { tenantId, userId: actorId } = identity;
        const role = await http.auth.createRole({ tenantId, actorId, name, permissions, description });
        return respondJson(201, { role: viewRole(role) });
      },
    }),

    defineAdminRoute(app, {
      method: 'PUT',
      path: `${path}/:name`,
      permission: 'auth:roles:write',
      summary: 'Change what a role grants, to everybody who has it from their next request on',
      body: z.strictObject({ permissions: permissionsSchema, description: descriptionSchema.optional() }),
      answers: {
        200: 'The role as it is now',
        403: ceilingNote,
        404: 'There is no such role',
        409: 'The role is one of the code',
        422: 'A permission is not acceptable',
      },
      async handle({ http, body: { permissions, description = null }, params }, sender) {
        const act = actOnRole(sender, params);
        const role = await http.auth.replaceRole({ ...act, permissions, description });
        return respondJson(200, { role: viewRole(role) });
      },
    }),

    defineAdminRoute(app, {
      method: 'DELETE',
      path: `${path}/:name`,
      permission: 'auth:roles:write',
      summary: 'Delete a role and take it from everybody',
      answers: {
        204: 'It is gone, and nobody has it',
        403: ceilingNote,
        404: 'There is no such role',
        409: 'The role is one of the code',
      },
      async handle({ http, params }, sender) {
        await http.auth.deleteRole(actOnRole(sender, params));
        return respondEmpty(204);
      },
    }),
  ];
}

/** `GET /admin/users/:id/roles`, `PUT` and `DELETE /admin/users/:id/roles/:role` */
function createAssignmentRoutes(app: HttpContext, path: string): readonly Route[] {
  return [
    defineAdminRoute(app, {
      method: 'GET',
      path,
      permission: 'auth:roles:read',
      summary: 'What an account has been granted, by role',
      query: pageSchema,
      answers: {
        200: 'The roles of the account itself, and a page of those that were granted; `next` is the cursor of the following one',
        404: 'There is no such account in the tenant of the request',
        422: 'The cursor is not one of ours',
      },
      async handle({ http, params, query: { limit = 50, cursor } }, sender) {
        const user = userIn(sender, params);
        const after = cursor === undefined ? null : { userId: user.userId, role: readCursor(cursor) };
        const account = await http.auth.findUser(user);
        if (account === null) throw new AuthError('account_not_found');
        const { tenantId, userId } = user;
        const page = await http.auth.listRoleAssignments(tenantId, { userId, limit, after });
        return respondJson(200, {
          roles: account.roles,
          assignments: page.assignments.map(viewAssignment),
          next: page.next === null ? null : writeCursor(page.next),
        });
      },
    }),

    defineAdminRoute(app, {
      method: 'PUT',
      path: `${path}/:role`,
      permission: 'auth:roles:write',
      summary: 'Grant a role, from the next request on; again to change its expiry',
      body: z.strictObject({ expiresAt: z.iso.datetime().nullable().optional() }),
      answers: {
        204: 'The account has the role',
        403: ceilingNote,
        404: 'There is no such account, or no such role: `code` says which',
        409: 'It would give an expiry to the last administrator',
        422: 'The expiry is not acceptable',
      },
      async handle({ http, body, params }, sender) {
        const expiresAt = readExpiry(body.expiresAt ?? null);
        await http.auth.grantRole({ ...actOn(sender, params), role: roleIn(params), expiresAt });
        return respondEmpty(204);
      },
    }),

    defineAdminRoute(app, {
      method: 'DELETE',
      path: `${path}/:role`,
      permission: 'auth:roles:write',
      summary: 'Take a role away, from the next request on',
      answers: {
        204: 'The account does not have it any more',
        403: ceilingNote,
        404: 'There is no such account, or it has not been granted the role',
        409: 'It is the last administrator',
      },
      async handle({ http, params }, sender) {
        await http.auth.revokeRole({ ...actOn(sender, params), role: roleIn(params) });
        return respondEmpty(204);
      },
    }),
  ];
}

function actOnRole({ identity }: Authenticated, { name = '' }: Readonly<Record<string, string>>): RoleAct {
  const { tenantId, userId: actorId } = identity;
  return { tenantId, actorId, name: requireRoleName(name) };
}

function roleIn({ role = '' }: Readonly<Record<string, string>>): string {
  return requireRoleName(role);
}

/** Roles of the code may be named as the app likes. @throws `AuthError` `role_not_found` for what cannot be a name. */
function requireRoleName(segment: string): string {
  const name = decodeSegment(segment);
  if (name === null || name === '' || !areStorableIds(name)) throw new AuthError('role_not_found');
  return name;
}

/** Whether it is in the future is judged where it is acted upon. */
function readExpiry(text: string | null): Date | null {
  if (text === null) return null;
  const expiresAt = new Date(text);
  if (Number.isNaN(expiresAt.getTime())) refuse('/expiresAt', 'must be an instant');
  return expiresAt;
}

function writeCursor({ role }: AssignmentCursor): string {
  return Buffer.from(role).toString('base64url');
}

function readCursor(text: string): string {
  const role = decodeBase64Url(text)?.toString() ?? '';
  if (role === '' || !areStorableIds(role)) refuse('/cursor', 'is not a cursor of ours');
  return role;
}

function refuse(pointer: string, detail: string): never {
  throw new AuthError('input_invalid', { fields: [{ pointer, detail }] });
}
