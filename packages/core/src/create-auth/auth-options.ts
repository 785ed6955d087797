import type { Clock } from '../clock.js';
import type { RootSecrets } from '../crypto/key-ring.js';
import type { Policy, PolicyModel } from '../domains/authorization/index.js';
import type { MfaOptions } from '../domains/mfa/index.js';
import type { PasswordsOptions } from '../domains/passwords/index.js';
import type { RateLimitZonesOptions } from '../domains/rate-limits/index.js';
import type { RevocationPolicyOptions, RevocationStatus } from '../domains/revocation/index.js';
import type { SessionPolicyOptions } from '../domains/sessions/index.js';
import type { SigningKeySource } from '../domains/tokens/index.js';
import type { Duration } from '../duration.js';
import type { AuthEvent } from '../events.js';
import type { EmailLinkOptions } from '../flows/index.js';
import type { Notify } from '../notices.js';
import type { Stores } from '../stores/stores.js';
import type { ProfileName } from './profiles.js';

/** Whether addresses are confirmed. */
export type EmailVerification = 'required' | 'off';

/** What an app decides. Everything that is left out has the default named here. */
export interface AuthOptions<M extends PolicyModel = PolicyModel> {
  /**
   * Where people reach the app, such as `https://app.example.com`: the only source of links and of the origin that
   * requests are compared with. Must be https, but for `localhost` and `127.0.0.1`.
   */
  readonly publicUrl: string;
  /**
   * At least 32 random bytes (`openssl rand -base64 48`), from which every key is derived. Put a new one in front of the
   * list to rotate: nobody is signed out. Wrapped by `createSecret`, it does not show when the options are printed.
   */
  readonly secret: RootSecrets;
  /**
   * Any mix that can keep what is promised; {@link Auth.composition} says what follows from it. Refused are revocations or
   * one-time tokens in the memory of this process beside sessions elsewhere, and sessions in it beside revocations elsewhere.
   */
  readonly stores: Stores;
  /**
   * Whether an account exists only once its address is confirmed: `'required'`, the default with `notify`, or `'off'`, in which
   * registering signs in at once and says that an account exists, which the profile `asvs-l3` refuses.
   */
  readonly emailVerification?: EmailVerification;
  /** Where links in mails lead, and how long they are good. */
  readonly emailLinks?: EmailLinkOptions;

  /**
   * Sets all defaults for a level of OWASP ASVS at once. Other options still win, but must not be weaker than the profile.
   * Default `'default'`: what the other options say.
   */
  readonly profile?: ProfileName;

  /** Who may do what, from `definePolicy`. Default: no roles, and nobody may do anything. */
  readonly policy?: Policy<M>;
  /** The roles of a new account. Default: none. */
  readonly rolesForNewUser?: (user: {
    readonly tenantId: string;
    readonly email: string;
  }) => readonly M['role'][];

  /** `iss` of access tokens. Default: `publicUrl`. */
  readonly issuer?: string;
  /** `aud` of access tokens: whom they are for. Default: `publicUrl`. */
  readonly audience?: string | readonly string[];
  /** `client_id` of access tokens. Default: `publicUrl`. */
  readonly clientId?: string;
  /** ES256 or EdDSA keys, published at `/.well-known/jwks.json`. Default: HS256 with a key from `secret`. */
  readonly signingKeys?: SigningKeySource;
  /**
   * How long an access token lives. Default `'15m'`, however revocations are checked, for every guard refuses what is
   * revoked. Where nobody checks, as in a service that only verifies signatures, it is how long a revoked token is good:
   * take `'5m'` or less there.
   */
  readonly accessLifetime?: Duration;
  /** How far the clocks of nodes and of the servers of the stores may be apart. Default `'5s'`, at most `'60s'`. */
  readonly leeway?: Duration;
  /** How many verified access tokens are remembered. Default 10,000 with `signingKeys`, otherwise none. */
  readonly tokenCacheSize?: number;
  /** Names the deployment, so that tokens of one are worthless in another with the same secret. Default `''`. */
  readonly environment?: string;

  readonly sessions?: SessionPolicyOptions;
  /** How access tokens are checked against revocations, and within which time one acts everywhere. */
  readonly revocation?: RevocationPolicyOptions;
  readonly passwords?: PasswordsOptions;
  /** Second factors: who must have one. Default: whoever wants one, where `stores.secondFactors` keeps them. */
  readonly mfa?: MfaOptions<NoInfer<M['role']>>;
  /**
   * How often what may be done. Default: as {@link RateLimitZone} says. `'off'` is for load tests only, and refused
   * by the profiles of ASVS, as is what lets more guesses through than the default.
   */
  readonly rateLimits?: RateLimitZonesOptions | 'off';

  /**
   * Told what happened, after it happened. For notices, metrics and alarms; what it throws or rejects with goes to
   * `onEventError` and never to the user. Default: nobody is told.
   */
  readonly onEvent?: (event: AuthEvent) => void | Promise<void>;
  /**
   * Told whenever this node answers from memory or not any more; for metrics and alarms. What it throws or rejects with is
   * ignored.
   */
  readonly onRevocationStateChange?: (status: RevocationStatus) => void | Promise<void>;
  /** Sends messages to people: links, and notices of what changed. Default: nobody is told. */
  readonly notify?: Notify;
  /** Told when `onEvent` or `notify` failed, or a refusal could not be recorded. Default: a process warning. */
  readonly onEventError?: (error: unknown) => void;
  /**
   * Told why routes and guards could not answer: `store_unavailable` with the store's own error as its `cause`, `overloaded`, or
   * what a bug threw. Once a minute and node for each of the three, with an event `sys_failure`. A cause may hold what was sent
   * to the store: keep it where your logs are. Default: a process warning that holds nothing of it.
   */
  readonly onError?: (error: unknown, request: { readonly requestId: string | null }) => void;

  /** Tests only. */
  readonly clock?: Clock;
}
