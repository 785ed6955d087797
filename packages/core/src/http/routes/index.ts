import type { HttpContext } from '../http-context.js';
import type { Route } from '../route.js';
import { createAccountRoutes } from './account-routes.js';
import { createAdminAuditRoutes } from './admin-audit-routes.js';
import { createAdminRoleRoutes } from './admin-role-routes.js';
import { createAdminSessionsRoute } from './admin-sessions-route.js';
import { createAdminUserRoutes } from './admin-user-routes.js';
import { createCsrfRoute } from './csrf-route.js';
import { createEmailRoutes } from './email-routes.js';
import { createLoginRoute } from './login-route.js';
import { createLogoutRoute } from './logout-route.js';
import { createMeRoutes } from './me-routes.js';
import { createMfaRoutes } from './mfa-routes.js';
import { createOpenApiRoute } from './openapi-route.js';
import { createPasswordRoutes } from './password-routes.js';
import { createReauthenticateRoute } from './reauthenticate-route.js';
import { createRefreshRoute } from './refresh-route.js';
import { createRegisterRoute } from './register-route.js';
import { createRevokeRoute } from './revoke-route.js';
import { createSessionRoutes } from './session-routes.js';
import { createWellKnownRoutes } from './well-known-routes.js';

/** The route table: everything that can be asked of an app's authentication over HTTP. */
export function createRoutes(
  http: HttpContext,
  basePath: string,
  publishesOpenApi: boolean,
): readonly Route[] {
  const routes = [
    createRegisterRoute(http, basePath),
    createLoginRoute(http, basePath),
    createRefreshRoute(http, basePath),
    createLogoutRoute(http, basePath),
    createRevokeRoute(http, basePath),
    createReauthenticateRoute(http, basePath),
    // Without a place to keep them there are none.
    ...(http.auth.stores.secondFactors === undefined ? [] : createMfaRoutes(http, basePath)),
    ...createMeRoutes(http, basePath),
    ...createSessionRoutes(http, basePath),
    ...createPasswordRoutes(http, basePath),
    ...createEmailRoutes(http, basePath),
    ...createAccountRoutes(http, `${basePath}/account`),
    ...createAdminUserRoutes(http, `${basePath}/admin/users`),
    createAdminSessionsRoute(http, `${basePath}/admin/sessions`),
    ...(http.auth.stores.roles === undefined ? [] : createAdminRoleRoutes(http, `${basePath}/admin`)),
    // Without a log there is nothing to read.
    ...(http.auth.audit === null ? [] : createAdminAuditRoutes(http, `${basePath}/admin/audit`)),
    createCsrfRoute(http, basePath),
    ...createWellKnownRoutes(http),
  ];
  return publishesOpenApi ? [...routes, createOpenApiRoute(http, basePath, routes)] : routes;
}
