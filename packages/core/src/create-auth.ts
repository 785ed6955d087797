import { type Clock, systemClock } from './clock.js';
import { type Composition, describeComposition } from './create-auth/composition.js';
import { auditOver, createFlowContext, type OnRecorded } from './create-auth/flow-context.js';
import { createFail, createOutbox } from './create-auth/outbox.js';
import { pingStores } from './create-auth/ping-stores.js';
import { describePolicy, type Policy } from './create-auth/policy.js';
import { applyProfile, type ProfileName } from './create-auth/profiles.js';
import { createReports, type Report } from './create-auth/reports.js';
import { requireSoundStores } from './create-auth/require-sound-stores.js';
import { takeAtLeast } from './create-auth/take-at-least.js';
import { createKeyRing, type RootSecrets } from './crypto/key-ring.js';
import type { AuditLog } from './domains/audit/index.js';
import { type CsrfTokens, createCsrfTokens } from './domains/csrf/index.js';
import { type MfaOptions, type MfaPolicy, readMfaPolicy } from './domains/mfa/index.js';
import { createPasswords, type Passwords, type PasswordsOptions } from './domains/passwords/index.js';
import { readPasswordsOptions } from './domains/passwords/password-options.js';
import {
  createRateLimits,
  type RateLimits,
  type RateLimitZonesOptions,
} from './domains/rate-limits/index.js';
import { defineRoles, type Roles } from './domains/rbac/index.js';
import {
  createRevocations,
  type RevocationPolicyOptions,
  type RevocationStatus,
  type Revocations,
} from './domains/revocation/index.js';
import { createSessions, type SessionPolicyOptions, type Sessions } from './domains/sessions/index.js';
import { type AccessTokens, createAccessTokens, type SigningKeySource } from './domains/tokens/index.js';
import type { Duration } from './duration.js';
import type { AuthEvent, RequestSource } from './events.js';
import {
  createEmailTokens,
  createFlows,
  type EmailLinkOptions,
  type FlowContext,
  type Flows,
  forRequest,
} from './flows/index.js';
import type { Notify } from './notices.js';
import { deleteInBatches } from './stores/delete-in-batches.js';
import type { StoreSet, Stores } from './stores/stores.js';

/** Several times what it takes to look for an account and to write a token down. */
const quietMs = 25;

/** Whether addresses are confirmed. */
export type EmailVerification = 'required' | 'off';

/** What an app decides. Everything that is left out has the default named here. */
export interface AuthOptions<Role extends string = string, Permission extends string = string> {
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
   * registering signs in at once and says that an account exists.
   */
  readonly emailVerification?: EmailVerification;
  /** Where links in mails lead, and how long they are good. */
  readonly emailLinks?: EmailLinkOptions;

  /**
   * Sets all defaults for a level of OWASP ASVS at once. Other options still win, but must not be weaker than the profile.
   * Default `'default'`: what the other options say.
   */
  readonly profile?: ProfileName;

  /** Default: none. */
  readonly roles?: Roles<Role, Permission>;
  /** The roles of a new account. Default: none. */
  readonly rolesForNewUser?: (user: { readonly tenantId: string; readonly email: string }) => readonly Role[];

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
  readonly mfa?: MfaOptions<NoInfer<Role>>;
  /** How often what may be done. Default: as {@link RateLimitZone} says. `'off'` is for load tests only. */
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

/** Everything that belongs to one app's authentication: the flows, and the primitives they are made of. */
export interface Auth<Role extends string = string, Permission extends string = string> extends Flows {
  /** `publicUrl` without a slash at its end. */
  readonly publicUrl: string;
  readonly emailVerification: EmailVerification;
  /** Where a signed-in user changes the password. */
  readonly changePasswordUrl: string;
  /** The instant that everything here goes by. */
  now(): Date;
  readonly profile: ProfileName;
  readonly roles: Roles<Role, Permission>;
  /** Who must have a second factor. */
  readonly mfa: MfaPolicy;
  readonly accessTokens: AccessTokens;
  readonly sessions: Sessions;
  readonly revocations: Revocations;
  readonly passwords: Passwords;
  readonly csrfTokens: CsrfTokens;
  /** What happened, where `stores.audit` keeps it; otherwise `null`. */
  readonly audit: AuditLog | null;
  readonly limits: RateLimits;
  readonly stores: Stores;
  /** Which stores these are, and what they guarantee together; `formatComposition` makes lines for a log of it. */
  readonly composition: Composition;
  /** What is in force, without secrets; `formatPolicy` makes lines for a log of it. */
  describePolicy(): Policy;
  /** The same for one request: what its flows and limits record names the request. */
  forRequest(source: RequestSource): Auth<Role, Permission>;
  /**
   * Records what may come in floods, such as a refusal of the app's own: once a minute on this node for each account or network
   * and each thing that is missing. What is left out in between is counted in the next one. Never throws, and nobody waits: what
   * cannot be recorded goes to `onEventError`.
   */
  report(report: Report): void;
  /** Tells `onError`, as often as it says, and tells an event `sys_failure`. Never throws. */
  reportError(error: unknown, source?: RequestSource): void;
  /**
   * Resolves when this node is ready for requests: every store answers, and the copy of the revocations is complete. Call it
   * before the app listens, and for readiness.
   *
   * @throws `AuthError` `store_unavailable` otherwise; calling it again is what to do then.
   */
  ready(): Promise<void>;

  /** Deletes what has expired, in small batches. Call it now and then, on any node. @returns how many rows are gone. */
  deleteExpired(): Promise<number>;

  /**
   * Stops reading revocations, and waits for refusals that are being recorded. Call it when the app shuts down, before the stores'
   * connections are closed.
   */
  close(): Promise<void>;
}

/**
 * One app's authentication, put together from its options. Opens no connection. Where revocations are replicated it reads
 * their log from the first check on, with timers that keep no process alive, until {@link Auth.close}.
 *
 * @throws `TypeError` naming the option that is missing or not acceptable; never with a secret in it.
 */
export function createAuth<Role extends string = never, Permission extends string = never>(
  given: AuthOptions<Role, Permission>,
): Auth<Role, Permission> {
  const options = applyProfile(given);
  const emailVerification = readEmailVerification(options);
  const clock = options.clock ?? systemClock;
  const publicUrl = readPublicUrl(options.publicUrl);
  const { stores } = options;
  requireSoundStores(stores);

  const keyRing = createKeyRing({ secret: options.secret, environment: options.environment ?? '' });
  const accessTokens = createAccessTokens({
    keyRing,
    clock,
    issuer: options.issuer ?? publicUrl,
    audience: options.audience ?? publicUrl,
    lifetime: options.accessLifetime ?? '15m',
    leeway: options.leeway ?? '5s',
    ...(options.signingKeys === undefined ? {} : { signingKeys: options.signingKeys }),
    ...(options.tokenCacheSize === undefined ? {} : { cacheSize: options.tokenCacheSize }),
  });
  const revocations = createRevocations({
    ...options.revocation,
    store: stores.revocations,
    leewayMs: accessTokens.longestAliveMs - accessTokens.lifetimeMs,
    onStateChange: options.onRevocationStateChange ?? (() => {}),
    clock,
  });
  const passwords = createPasswords(options.passwords ?? {});
  const sessionsOver = (set: StoreSet, onRecorded: OnRecorded): Sessions =>
    createSessions({
      ...options.sessions,
      store: set.sessions,
      revocations: set.revocations,
      onRecorded,
      keyRing,
      accessTokenMs: accessTokens.longestAliveMs,
      clock,
    });

  const emailTokens = createEmailTokens(publicUrl, options.emailLinks);
  const roles = options.roles ?? (defineRoles({}) as Roles<Role, Permission>);
  const mfa = readMfa(options, publicUrl, roles);
  const now = (): Date => new Date(clock.now());
  const limits = createRateLimits({
    store: stores.rateLimits,
    zones: options.rateLimits ?? {},
    keyRing,
    onExceeded: (zone, subject, source) =>
      context.record({
        type: 'excess_rate_limit_exceeded',
        ...{ tenantId: subject.tenantId, userId: null, zone },
        ...{ ip: 'ip' in subject ? subject.ip : null, ...source },
      }),
    onLocked: (zone, { tenantId }, source) =>
      context.record({ type: 'authn_login_lock', ...{ tenantId, userId: null, zone, ...source } }),
  });
  const fail = createFail(options.onEventError);
  const outbox = createOutbox({ onEvent: options.onEvent, notify: options.notify, fail, clock });
  const context: FlowContext = createFlowContext({
    ...{
      stores,
      keyRing,
      clock,
      revocations,
      limits,
      mfa,
      sessionsOver,
      accessTokens,
      passwords,
      emailTokens,
    },
    outbox,
    // With the clock of a test no real time is spent.
    pace: options.clock === undefined ? (work) => takeAtLeast(quietMs, work) : (work) => work,
    clientId: options.clientId ?? publicUrl,
    rolesForNewUser: options.rolesForNewUser ?? (() => []),
  });

  const reports = createReports({
    record: context.record,
    tell: outbox.tell,
    onError: options.onError,
    fail,
    clock,
  });
  const audit = auditOver(stores, keyRing);

  const auth: Auth<Role, Permission> = {
    ...createFlows(context),
    publicUrl,
    emailVerification,
    changePasswordUrl: emailTokens.changePasswordUrl,
    now,
    profile: options.profile,
    roles,
    mfa,
    accessTokens,
    sessions: context.sessions,
    revocations,
    passwords,
    csrfTokens: createCsrfTokens(keyRing),
    audit: audit === null ? null : recordPruning(audit, context),
    limits,
    stores,
    composition: describeComposition(stores, revocations.policy),
    describePolicy: () =>
      describePolicy({
        profile: options.profile,
        emailVerification,
        hasSigningKeys: options.signingKeys !== undefined,
        accessTokens,
        sessions: context.sessions,
        revocations,
        passwords: readPasswordsOptions(options.passwords ?? {}),
        mfa,
      }),
    async ready() {
      await Promise.all([pingStores(stores), revocations.start()]);
    },
    deleteExpired: async () =>
      (await context.sessions.deleteExpired()) +
      (await revocations.deleteExpired()) +
      (await deleteUnread(stores)) +
      (await deleteInBatches((limit) => stores.oneTimeTokens.deleteExpired(limit))) +
      (await deleteInBatches((limit) => stores.rateLimits.deleteExpired(limit))),
    forRequest(source) {
      const own = forRequest(context, source);
      return { ...auth, ...createFlows(own), limits: own.limits };
    },
    report: reports.report,
    reportError: reports.reportError,
    async close() {
      await Promise.all([revocations.close(), reports.settle()]);
    },
  };
  return auth;
}

/** Old entries do not go unseen. */
function recordPruning(audit: AuditLog, { record }: FlowContext): AuditLog {
  return {
    ...audit,
    async prune(tenantId, pruning) {
      const pruned = await audit.prune(tenantId, pruning);
      const { removed } = pruned;
      const actorId = pruning.actorId ?? null;
      if (removed > 0) await record({ type: 'audit_pruned', tenantId, userId: null, actorId, removed });
      return pruned;
    },
  };
}

/** Sessions may record what they end where this app does not look; that must not grow for ever. */
async function deleteUnread({ sessions, revocations }: Stores): Promise<number> {
  const recorded = sessions.recordsRevocationsIn;
  if (recorded === undefined || recorded === revocations) return 0;
  return deleteInBatches((limit) => recorded.deleteExpired(limit));
}

/** @throws `TypeError` where somebody must have a second factor and there is no place to keep it. */
function readMfa(
  { mfa = {}, stores }: Pick<AuthOptions, 'mfa' | 'stores'>,
  publicUrl: string,
  roles: Roles,
): MfaPolicy {
  const { requiredFor } = mfa;
  for (const role of requiredFor === 'everybody' ? [] : (requiredFor ?? []))
    if (!roles.isRole(role)) throw new TypeError('mfa.requiredFor: there is no such role');
  if (requiredFor !== undefined && stores.secondFactors === undefined)
    throw new TypeError('stores.secondFactors: missing, while mfa.requiredFor needs them');
  return readMfaPolicy(mfa, { issuer: new URL(publicUrl).hostname.replaceAll(':', '.') }, roles.has);
}

function readEmailVerification({
  emailVerification,
  notify,
}: Pick<AuthOptions, 'emailVerification' | 'notify'>): EmailVerification {
  if (emailVerification === 'off') return 'off';
  if (emailVerification !== undefined && emailVerification !== 'required')
    throw new TypeError("emailVerification: expected 'required' or 'off'");
  if (notify === undefined)
    throw new TypeError(
      "notify: missing, which sends the links; without it, emailVerification must be 'off'",
    );
  return 'required';
}

function readPublicUrl(publicUrl: string): string {
  const url = typeof publicUrl === 'string' && URL.canParse(publicUrl) ? new URL(publicUrl) : null;
  if (url === null || url.search !== '' || url.hash !== '' || `${url.username}${url.password}` !== '') {
    throw new TypeError('publicUrl: expected a URL such as https://app.example.com');
  }
  const isLocal = url.hostname === 'localhost' || url.hostname === '127.0.0.1' || url.hostname === '[::1]';
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw new TypeError('publicUrl: must be https, except on localhost');
  }
  return url.href.replace(/\/+$/, '');
}
