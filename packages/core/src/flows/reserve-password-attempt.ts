import type { RateLimitSubject } from '../domains/rate-limits/index.js';
import { networkOf } from '../ip-address.js';
import type { UserRecord, UserRef } from '../stores/user-store.js';
import type { ClientOrigin, FlowContext } from './flow-context.js';

/** Somebody is about to try a password. */
export interface PasswordAttempt {
  readonly user: UserRef;
  /** Canonical, or what was typed where that is no address: an account that is not there counts like one that is. */
  readonly account: string;
  readonly origin: ClientOrigin;
}

/** An attempt that was counted before its outcome is known. */
export interface ReservedAttempt {
  /** The password was right: the failures before it count no more. */
  succeed(): Promise<void>;
}

/**
 * Counts an attempt before the hash is computed, so that guesses in parallel stay within the budget.
 *
 * Networks where the account is signed in have a budget each, apart from that of all strangers: whoever uses that up does
 * not lock the owner out (ASVS 6.1.1).
 *
 * @throws `AuthError` `rate_limited`, `store_unavailable`.
 */
export async function reservePasswordAttempt(
  auth: Pick<FlowContext, 'limits' | 'sessions'>,
  { user, account, origin: { ip } }: PasswordAttempt,
): Promise<ReservedAttempt> {
  const { tenantId } = user;
  await auth.limits.require('signInClient', { tenantId, ip });
  const network = ip === null ? null : networkOf(ip);
  const isHome = network !== null && (await listHomes(auth, user)).has(network);
  const subject = { tenantId, account, lane: isHome ? network : strangers };
  await auth.limits.require('signIn', subject);
  return { succeed: () => auth.limits.reset('signIn', subject) };
}

/** All budgets of an account at this moment, for when its password is another one: guesses at the one before count no more. */
export async function listPasswordAttempts(
  auth: Pick<FlowContext, 'sessions'>,
  user: UserRecord,
): Promise<readonly RateLimitSubject[]> {
  const { tenantId, canonicalEmail: account } = user;
  return [strangers, ...(await listHomes(auth, user))].map((lane) => ({ tenantId, account, lane }));
}

const strangers = '';

/** The networks where the account is signed in. */
async function listHomes(auth: Pick<FlowContext, 'sessions'>, user: UserRef): Promise<ReadonlySet<string>> {
  const { sessions } = await auth.sessions.list(user, { limit: 100 });
  return new Set(sessions.flatMap(({ ip }) => (ip === null ? [] : [networkOf(ip)])));
}
