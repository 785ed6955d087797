import type {
  Decision,
  PermissionIn,
  Policy,
  PolicyModel,
  Principal,
  RecordArguments,
} from '../domains/authorization/index.js';
import type { UserRef } from '../stores/user-store.js';
import type { HttpRequest } from './request.js';
import type { HttpResponse } from './response.js';

/**
 * Where an app tells the compiler of its policy, so that `req.auth.can` knows its names:
 *
 * ```ts
 * declare module '@tessera-auth/core' {
 *   interface Register {
 *     policy: typeof policy;
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps fill it in.
export interface Register {}

/** The names of the policy that {@link Register} tells of; any text without one. */
export type RegisteredModel = Register extends { readonly policy: Policy<infer M> } ? M : PolicyModel;

/** Who makes the request, proven by a token. Bindings put it on the request as `auth`. */
export interface Identity extends UserRef {
  readonly sessionId: string;
  readonly roles: readonly string[];
  /** How the user proved who they are (RFC 8176). */
  readonly amr: readonly string[];
  /** When they last did. */
  readonly authTime: Date;
  /** The user as the policy sees them: for `policy.filterFor`, and for row-level security. */
  readonly principal: Principal;
  /** Whether the policy lets the user do that: {@link Policy.can}. @throws `TypeError` for a permission that is not there. */
  can<P extends PermissionIn<RegisteredModel>>(
    permission: P,
    ...record: RecordArguments<RegisteredModel, P>
  ): boolean;
  /** The same, with the reason: {@link Policy.decide}. */
  decide<P extends PermissionIn<RegisteredModel>>(
    permission: P,
    ...record: RecordArguments<RegisteredModel, P>
  ): Decision;
  /**
   * Goes on where {@link Identity.can} would say yes. Otherwise it throws, and the refusal is recorded like that of a guard:
   * `authz_fail`, with the reason. Ask `can` for what a page shows, and this for what somebody does.
   *
   * @throws `AuthError` `permission_denied` with `statusCode` 403, which `answerRefusals` of the binding answers as a guard would;
   * `TypeError` for a permission that is not there.
   */
  require<P extends PermissionIn<RegisteredModel>>(
    permission: P,
    ...record: RecordArguments<RegisteredModel, P>
  ): void;
}

/** What a guard says of a request that may go on. */
export interface Allowed {
  readonly isAllowed: true;
  /** Who makes it, or `null` from a guard that does not ask. */
  readonly identity: Identity | null;
  /** `Set-Cookie` values for the app's answer, such as those of a session that was refreshed on the way. */
  readonly cookies: readonly string[];
  /** Headers for the app's answer, names in lower case; the app may replace them. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The nonce of the answer's content security policy; bindings put it on the request as `cspNonce`. */
  readonly nonce?: string;
  /** Has the last word on the app's answer; bindings hand it to `reviewAnswer`. Default: the app has. */
  readonly review?: Review;
}

/**
 * Looks at an answer of the app when its head is about to be written.
 *
 * @param route the pattern of the route, such as `/reports/:id`, or `null` where the framework does not say.
 * @returns what is sent in its place, or `null`: it may go.
 */
export type Review = (status: number, route: string | null) => HttpResponse | null;

/** What a guard says: go on (as this user, with these cookies and headers), or send this instead. */
export type Verdict = Allowed | { readonly isAllowed: false; readonly response: HttpResponse };

/**
 * Decides whether a request may go on. It never throws for what a client did, and answers without a promise when all
 * it needs is in memory.
 *
 * @param known who makes the request, as a guard before this one has found out.
 */
export type Guard = (request: HttpRequest, known?: Identity | null) => Verdict | Promise<Verdict>;

/**
 * A guard that lets through only what both let through. The second is not asked when the first refuses.
 *
 * Cookies and headers of the first are sent whatever the second says: a session that it renewed would otherwise be lost.
 */
export function all(first: Guard, second: Guard): Guard {
  return (request, known) =>
    andThen(first(request, known), (verdict) =>
      verdict.isAllowed ? join(verdict, second(request, verdict.identity ?? known)) : verdict,
    );
}

function join(first: Allowed, second: Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
  return andThen(second, (verdict): Verdict => {
    if (verdict.isAllowed) return joinAllowed(first, verdict);
    const { response } = verdict;
    if (first.cookies.length === 0 && first.headers === undefined) return verdict;
    const caching = first.cookies.length === 0 ? {} : { 'cache-control': 'no-store' };
    const headers = { ...first.headers, ...response.headers, ...caching };
    return {
      isAllowed: false,
      response: { ...response, headers, cookies: [...first.cookies, ...response.cookies] },
    };
  });
}

function joinAllowed(first: Allowed, second: Allowed): Allowed {
  const headers = first.headers && second.headers ? { ...first.headers, ...second.headers } : undefined;
  const joined = headers ?? first.headers ?? second.headers;
  const nonce = second.nonce ?? first.nonce;
  const review = joinReviews(first.review, second.review);
  return {
    isAllowed: true,
    identity: second.identity ?? first.identity,
    cookies: first.cookies.length === 0 ? second.cookies : [...first.cookies, ...second.cookies],
    ...(joined === undefined ? {} : { headers: joined }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(review === undefined ? {} : { review }),
  };
}

function joinReviews(first: Review | undefined, second: Review | undefined): Review | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (status, route) => first(status, route) ?? second(status, route);
}

/** Goes on at once with a value and later with a promise: what is known now costs no turn of the event loop. */
export function andThen<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return isThenable(value) ? Promise.resolve(value).then(next) : next(value);
}

/** A promise, of whatever library: a query that was taken for its own result would be a record without attributes. */
function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
