import type { UserRef } from '../stores/user-store.js';
import type { HttpRequest } from './request.js';
import type { HttpResponse } from './response.js';

/** Who makes the request, proven by a token. Bindings put it on the request as `auth`. */
export interface Identity extends UserRef {
  readonly sessionId: string;
  readonly roles: readonly string[];
  /** How the user proved who they are (RFC 8176). */
  readonly amr: readonly string[];
  /** When they last did. */
  readonly authTime: Date;
  /** Whether the roles together grant the permission. */
  can(permission: string): boolean;
}

/** What a guard says: go on as this user (and set these cookies on the way), or send this instead. */
export type Verdict =
  | { readonly isAllowed: true; readonly identity: Identity; readonly cookies: readonly string[] }
  | { readonly isAllowed: false; readonly response: HttpResponse };

/**
 * Decides whether a request may go on. It never throws for what a client did, and answers without a promise when all
 * it needs is in memory.
 */
export type Guard = (request: HttpRequest) => Verdict | Promise<Verdict>;

/**
 * A guard that lets through only what both let through. The second is not asked when the first refuses.
 *
 * Cookies of the first are set whatever the second says: a session that it renewed would otherwise be lost.
 */
export function all(first: Guard, second: Guard): Guard {
  return (request) =>
    andThen(first(request), (verdict) => (verdict.isAllowed ? join(verdict, second(request)) : verdict));
}

type Allowed = Extract<Verdict, { isAllowed: true }>;

function join(first: Allowed, second: Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
  return andThen(second, (verdict) => {
    if (first.cookies.length === 0) return verdict;
    if (verdict.isAllowed) return { ...verdict, cookies: [...first.cookies, ...verdict.cookies] };
    const { response } = verdict;
    const cookies = [...first.cookies, ...response.cookies];
    const headers = { ...response.headers, 'cache-control': 'no-store' };
    return { isAllowed: false, response: { ...response, headers, cookies } };
  });
}

/** Goes on at once with a value and later with a promise: what is known now costs no turn of the event loop. */
export function andThen<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
