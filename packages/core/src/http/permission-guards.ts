import type { PolicyModel, RecordOf } from '../domains/authorization/index.js';
import { AuthError } from '../errors.js';
import { andThen, type Guard, type Identity } from './guard.js';
import { createGuard, type Judge } from './guards.js';
import type { HttpContext } from './http-context.js';
import { permissionDenied } from './permission-denied.js';

/** Gives what a request is about, or `null` where there is no such thing. It is handed the framework's own request. */
export type Load<Request, T> = (request: Request, identity: Identity) => T | null | Promise<T | null>;

/** The argument that gives the record; needed where the policy declares attributes of the resource. */
export type LoadRecord<M extends PolicyModel, P, Request> = keyof RecordOf<M, P> extends never
  ? [load?: Load<Request, object>]
  : [load: Load<Request, RecordOf<M, P>>];

/** Gives the id of the user, or those of the users, whose it is. */
export type LoadOwner<Request> = Load<Request, string | readonly string[]>;

/** A guard for those whom the policy allows all of the permissions, or any. @throws `TypeError` for an unknown one. */
export function requirePermissions(
  http: HttpContext,
  quantifier: 'all' | 'any',
  permissions: readonly string[],
  // biome-ignore lint/suspicious/noExplicitAny: whatever request the framework has.
  load?: Load<any, object>,
): Guard {
  const { policy } = http.auth;
  if (permissions.length === 0) throw new TypeError('permissions: expected at least one');
  for (const permission of permissions)
    if (!policy.isPermission(permission)) throw new TypeError(`There is no permission ${permission}`);

  const judge = (holds: (permission: string) => boolean): boolean =>
    quantifier === 'all' ? permissions.every(holds) : permissions.some(holds);
  const isAllowed = ({ principal }: Identity, record?: object): boolean => {
    if (judge((permission) => policy.can(principal, permission as never, record as never))) return true;
    throw permissionDenied(policy, principal, permissions, record);
  };
  const demand = { missing: 'permission', name: permissions.join(' ') } as const;
  if (load === undefined) return createGuard(http, ({ identity }) => isAllowed(identity), demand);

  const judgeRecord: Judge = ({ identity }, request) =>
    andThen(load(request, identity), (record) => {
      // Loaders of plain JavaScript give `undefined`.
      if (record != null) return isAllowed(identity, record);
      // That something is not there is for those only who could see it.
      const { principal } = identity;
      if (judge((permission) => policy.filterFor(principal, permission as never).kind === 'always'))
        throw new AuthError('record_not_found');
      return false;
    });
  return createGuard(http, judgeRecord, demand);
}

/** A guard for the user whose id, or for the users whose ids, `load` gives. */
// biome-ignore lint/suspicious/noExplicitAny: whatever request the framework has.
export function requireOwner(http: HttpContext, load: LoadOwner<any>): Guard {
  const isOwner: Judge = ({ identity }, request) =>
    andThen(load(request, identity), (owner) =>
      typeof owner === 'string' ? owner === identity.userId : owner?.includes(identity.userId) === true,
    );
  return createGuard(http, isOwner, { missing: 'owner', name: null });
}
