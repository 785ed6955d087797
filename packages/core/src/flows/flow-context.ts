import type { AuditLog } from '../domains/audit/index.js';
import type { Policy } from '../domains/authorization/index.js';
import type { MfaPolicy, SecondFactors } from '../domains/mfa/index.js';
import type { OneTimeTokens } from '../domains/one-time-tokens/index.js';
import type { Passwords } from '../domains/passwords/index.js';
import type { RateLimits } from '../domains/rate-limits/index.js';
import type { Revocations } from '../domains/revocation/index.js';
import type { Sessions } from '../domains/sessions/index.js';
import type { AccessTokens } from '../domains/tokens/index.js';
import type { NewAuthEvent, RequestSource } from '../events.js';
import type { NewNotice } from '../notices.js';
import type { Revocation } from '../stores/revocation.js';
import type { RoleStore } from '../stores/role-store.js';
import type { UserStore } from '../stores/user-store.js';
import type { EmailTokens } from './email-tokens.js';

/** What the stories are told with. `create-auth.ts` puts it together. */
export interface FlowContext {
  readonly users: UserStore;
  readonly sessions: Sessions;
  readonly revocations: Revocations;
  readonly accessTokens: AccessTokens;
  readonly passwords: Passwords;
  readonly oneTimeTokens: OneTimeTokens;
  readonly secondFactors: SecondFactors;
  readonly mfa: MfaPolicy;
  /** Who may do what. */
  readonly policy: Policy;
  /** Who has been granted what, or `null` where everybody has the roles of their account. */
  readonly roleStore: RoleStore | null;
  /** What happened, or `null` where nobody keeps it. */
  readonly audit: AuditLog | null;
  readonly limits: RateLimits;
  readonly emailTokens: EmailTokens;
  /** The instant that everything here goes by. */
  readonly now: () => Date;
  /** The client that access tokens are issued to. */
  readonly clientId: string;
  /** The roles of a new account. */
  readonly rolesForNewUser: (user: {
    readonly tenantId: string;
    readonly email: string;
  }) => readonly string[];
  /**
   * Records what happened, in one step and in its order, and tells the app. Inside {@link FlowContext.atomically}: with the rest or
   * not at all, and the app hears of it after the commit.
   *
   * @throws `AuthError` `store_unavailable` when it could not be recorded.
   */
  readonly record: (...events: readonly NewAuthEvent[]) => Promise<void>;
  /** Has every node refuse tokens. Inside {@link FlowContext.atomically}: once all of it is certain. */
  readonly revoke: (revocations: readonly Revocation[]) => Promise<void>;
  /** Takes as long for work that found something as for work that found nothing. */
  readonly pace: <T>(work: Promise<T>) => Promise<T>;
  /** Sends a message to a person, once what it tells of is certain. Nobody waits for it. */
  readonly notify: (notice: NewNotice) => void;
  /** Tells the app of what failed once the rest was done: nobody is refused for it. */
  readonly reportError: (error: unknown, source?: RequestSource) => void;
  /** Runs `work` so that all of it is kept or none, where the stores can do that; within another, as a part of it. */
  readonly atomically: <T>(work: (auth: FlowContext) => Promise<T>) => Promise<T>;
  /** The same for one step and its record: where no log keeps the record, there is nothing that belongs together. */
  readonly recorded: <T>(work: (auth: FlowContext) => Promise<T>) => Promise<T>;
}

/** Where a request came from and which kind of client sent it. */
export interface ClientOrigin {
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The tokens will be kept in cookies. */
  readonly isBrowser: boolean;
}
