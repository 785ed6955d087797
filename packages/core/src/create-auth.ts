import { systemClock } from './clock.js';
import type { AuthOptions, EmailVerification } from './create-auth/auth-options.js';
import { type Composition, describeComposition } from './create-auth/composition.js';
import { describePolicy, type PolicyReport } from './create-auth/describe-policy.js';
import { auditOver, createFlowContext, type OnRecorded } from './create-auth/flow-context.js';
import { createFail, createOutbox } from './create-auth/outbox.js';
import { pingStores } from './create-auth/ping-stores.js';
import { applyProfile, type ProfileName } from './create-auth/profiles.js';
import { createReports, type FailureSource, type Report } from './create-auth/reports.js';
import { requireSoundStores } from './create-auth/require-sound-stores.js';
import { takeAtLeast } from './create-auth/take-at-least.js';
import { withRecordedPruning } from './create-auth/with-recorded-pruning.js';
import { createKeyRing } from './crypto/key-ring.js';
import type { AuditLog } from './domains/audit/index.js';
import { definePolicy, type Policy, type PolicyModel } from './domains/authorization/index.js';
import { type CsrfTokens, createCsrfTokens } from './domains/csrf/index.js';
import { type MfaPolicy, readMfaPolicy } from './domains/mfa/index.js';
import type { Passwords } from './domains/passwords/index.js';
import { readPasswordsOptions } from './domains/passwords/password-options.js';
import { createPasswordsOver } from './domains/passwords/passwords.js';
import { createRateLimits, type RateLimits } from './domains/rate-limits/index.js';
import { createRevocations, type Revocations } from './domains/revocation/index.js';
import { createSessions, type Sessions } from './domains/sessions/index.js';
import { type AccessTokens, createAccessTokens } from './domains/tokens/index.js';
import type { RequestSource } from './events.js';
import { createEmailTokens, createFlows, type FlowContext, type Flows, forRequest } from './flows/index.js';
import { deleteInBatches } from './stores/delete-in-batches.js';
import type { StoreSet, Stores } from './stores/stores.js';

export type { AuthOptions, EmailVerification } from './create-auth/auth-options.js';

/** Several times what it takes to look for an account and to write a token down. */
const quietMs = 25;

/** Everything that belongs to one app's authentication: the flows, and the primitives they are made of. */
export interface Auth<M extends PolicyModel = PolicyModel> extends Flows {
  /** `publicUrl` without a slash at its end. */
  readonly publicUrl: string;
  readonly emailVerification: EmailVerification;
  /** Where a signed-in user changes the password. */
  readonly changePasswordUrl: string;
  /** The instant that everything here goes by. */
  now(): Date;
  readonly profile: ProfileName;
  /** Who may do what. */
  readonly policy: Policy<M>;
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
  describePolicy(): PolicyReport;
  /** The same for one request: what its flows and limits record names the request. */
  forRequest(source: RequestSource): Auth<M>;
  /**
   * Records what may come in floods, such as a refusal of the app's own: once a minute on this node for each account or network
   * and each thing that is missing. What is left out in between is counted in the next one. Never throws, and nobody waits: what
   * cannot be recorded goes to `onEventError`.
   */
  report(report: Report): void;
  /** Tells `onError`, as often as it says, and tells an event `sys_failure`. Never throws. */
  reportError(error: unknown, source?: FailureSource): void;
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
export function createAuth<M extends PolicyModel = PolicyModel>(given: AuthOptions<M>): Auth<M> {
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
  const policy = options.policy ?? (definePolicy({ roles: {} }) as unknown as Policy<M>);
  const mfa = readMfa(options, publicUrl, policy as unknown as Policy);
  const passwordSettings = readPasswordsOptions(options.passwords ?? {}, [
    new URL(publicUrl).hostname,
    mfa.issuer,
  ]);
  const passwords = createPasswordsOver(passwordSettings);
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
    onLocked: async (zone, subject, source) => {
      const { tenantId } = subject;
      await context.record({ type: 'authn_login_lock', ...{ tenantId, userId: null, zone, ...source } });
      // Whoever failed at a second factor was told of each failure.
      const isPassword = zone === 'signIn' && 'account' in subject;
      const owner = isPassword ? await stores.users.findByEmail(tenantId, subject.account) : null;
      if (owner !== null)
        context.notify({ kind: 'sign_in_locked', tenantId, to: owner.email, name: owner.name });
    },
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
      policy: policy as unknown as Policy,
    },
    outbox,
    reportError: (error, source) => reports.reportError(error, source),
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

  const auth: Auth<M> = {
    ...createFlows(context),
    publicUrl,
    emailVerification,
    changePasswordUrl: emailTokens.changePasswordUrl,
    now,
    profile: options.profile,
    policy,
    mfa,
    accessTokens,
    sessions: context.sessions,
    revocations,
    passwords,
    csrfTokens: createCsrfTokens(keyRing),
    audit: audit === null ? null : withRecordedPruning(audit, context),
    limits,
    stores,
    composition: describeComposition(stores, revocations.policy),
    describePolicy: () =>
      describePolicy({
        profile: options.profile,
        emailVerification,
        stores,
        told: { onEvent: options.onEvent !== undefined, notify: options.notify !== undefined },
        policy,
        hasSigningKeys: options.signingKeys !== undefined,
        accessTokens,
        sessions: context.sessions,
        revocations,
        passwords: passwordSettings,
        mfa,
        emailTokens,
        limits,
      }),
    async ready() {
      await Promise.all([pingStores(stores), revocations.start()]);
    },
    deleteExpired: async () =>
      (await context.sessions.deleteExpired()) +
      (await revocations.deleteExpired()) +
      (await deleteUnread(stores)) +
      (await deleteInBatches((limit) => stores.oneTimeTokens.deleteExpired(limit))) +
      (await deleteInBatches((limit) => stores.roles?.deleteExpired(limit) ?? Promise.resolve(0))) +
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
  policy: Policy,
): MfaPolicy {
  const { requiredFor } = mfa;
  for (const role of requiredFor === 'everybody' ? [] : (requiredFor ?? []))
    if (!policy.isRole(role)) throw new TypeError('mfa.requiredFor: there is no such role');
  if (requiredFor !== undefined && stores.secondFactors === undefined)
    throw new TypeError('stores.secondFactors: missing, while mfa.requiredFor needs them');
  return readMfaPolicy(mfa, { issuer: new URL(publicUrl).hostname.replaceAll(':', '.') }, policy.hasRole);
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
