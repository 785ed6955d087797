import { type CountedLimit, type RateLimit, readRateLimit } from '../domains/rate-limits/rate-limit.js';
import type { OwnZone } from '../domains/rate-limits/rate-limits.js';
import type { Route } from './route.js';

/**
 * A ready-made route, by its method and its path below `basePath`. Routes of second factors, roles, the audit log and the OpenAPI
 * document are there only where the app has what they need.
 */
export type RouteName =
  | 'POST /register'
  | 'POST /login'
  | 'POST /refresh'
  | 'POST /logout'
  | 'POST /revoke'
  | 'POST /reauthenticate'
  | 'POST /mfa/verify'
  | 'POST /mfa/setup'
  | 'POST /mfa/setup/confirm'
  | 'GET /mfa'
  | 'POST /mfa/totp/enroll'
  | 'POST /mfa/totp/confirm'
  | 'DELETE /mfa/totp'
  | 'POST /mfa/backup-codes'
  | 'GET /me'
  | 'PATCH /me'
  | 'GET /sessions'
  | 'DELETE /sessions/:id'
  | 'POST /sessions/revoke-all'
  | 'POST /password/change'
  | 'POST /password/forgot'
  | 'POST /password/reset'
  | 'POST /email/verify'
  | 'POST /email/change'
  | 'GET /account/export'
  | 'DELETE /account'
  | 'GET /admin/users'
  | 'DELETE /admin/sessions'
  | 'GET /admin/users/:id'
  | 'POST /admin/users/:id/disable'
  | 'POST /admin/users/:id/enable'
  | 'DELETE /admin/users/:id'
  | 'GET /admin/users/:id/sessions'
  | 'DELETE /admin/users/:id/sessions'
  | 'POST /admin/users/:id/second-factor/reset'
  | 'GET /admin/roles'
  | 'POST /admin/roles'
  | 'PUT /admin/roles/:name'
  | 'DELETE /admin/roles/:name'
  | 'GET /admin/users/:id/roles'
  | 'PUT /admin/users/:id/roles/:role'
  | 'DELETE /admin/users/:id/roles/:role'
  | 'GET /admin/audit'
  | 'GET /admin/audit/verify'
  | 'GET /csrf'
  | 'GET /openapi.json';

/** Limits of single routes, each one or several that all hold. What is left out has none of its own. */
export type RouteLimitsOptions = Readonly<Partial<Record<RouteName, RateLimit | readonly RateLimit[]>>>;

/** The routes that have limits of their own, by method and whole path. */
export type RouteLimits = ReadonlyMap<string, OwnZone>;

/** @throws `TypeError` naming the option that is not acceptable. */
export function readRouteLimits(options: RouteLimitsOptions, basePath: string): RouteLimits {
  return new Map(
    Object.entries(options).map(([name, limit]) => {
      const limits = [limit].flat().map((one): CountedLimit => readRateLimit(optionOf(name), one));
      if (limits.length === 0) throw new TypeError(`${optionOf(name)}: expected at least one limit`);
      return [name.replace(' ', ` ${basePath}`), { name, limits }];
    }),
  );
}

/** Insists that there is a route for each limit: nobody shall rely on one that counts nothing. @throws `TypeError` naming it. */
export function requireLimitedRoutes(limits: RouteLimits, routes: readonly Route[]): void {
  const names = new Set(routes.map(nameOfRoute));
  for (const [name, zone] of limits)
    if (!names.has(name)) throw new TypeError(`${optionOf(zone.name)}: there is no such route`);
}

/** Its method and whole path. */
export function nameOfRoute({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

function optionOf(name: string): string {
  return `routeLimits['${name}']`;
}
