/**
 * Tessera: sessions, tokens, revocation, roles, passwords, and the flows and HTTP routes built on them.
 */
export * from './clock.js';
export type { Composition, Consequence, StoreDescription } from './create-auth/composition.js';
export type { ConsequenceCode } from './create-auth/consequences.js';
export { formatPolicy, type PolicyReport } from './create-auth/describe-policy.js';
export { formatComposition } from './create-auth/format-composition.js';
export type { ProfileName } from './create-auth/profiles.js';
export type { Report } from './create-auth/reports.js';
export type { StoreName } from './create-auth/store-names.js';
export * from './create-auth.js';
export type { KeyState, RootSecret, RootSecrets } from './crypto/key-ring.js';
export { createSecret, type Secret } from './crypto/secret.js';
export {
  type AuditLog,
  type AuditLogQuery,
  type AuditOutcome,
  type AuditPruning,
  type AuditVerdict,
  type BrokenLinkReason,
  type NamedAuditEntry,
  outcomeOf,
} from './domains/audit/index.js';
export * from './domains/authorization/index.js';
export {
  createSecondFactors,
  type MfaOptions,
  type MfaPolicy,
  type SecondFactorMethod,
  type SecondFactorProof,
  type SecondFactorState,
  type SecondFactors,
  type SecondFactorsOptions,
  type TotpEnrollment,
  type UsedSecondFactor,
} from './domains/mfa/index.js';
export * from './domains/one-time-tokens/index.js';
export * from './domains/passwords/index.js';
export * from './domains/rate-limits/index.js';
export * from './domains/revocation/index.js';
export * from './domains/sessions/index.js';
export * from './domains/tokens/index.js';
export { type Duration, type DurationRange, type DurationUnit, parseDuration } from './duration.js';
export * from './errors.js';
export type { AuthEvent, Demand, EventOrigin, Factor, ReportedEvent, RequestSource } from './events.js';
export type * from './flows/index.js';
export { importUsers, readUsersFromCsv, readUsersFromJsonLines } from './flows/index.js';
export type { HttpPolicyReport } from './http/describe-http-policy.js';
export type { Identity, Register, RegisteredModel } from './http/guard.js';
export { createHttpAuth, type HttpAuth, type StepUpOptions } from './http/http-auth.js';
export type { HttpAuthOptions } from './http/http-auth-options.js';
export type { Notice, Notify } from './notices.js';
export * from './stores/audit-store.js';
export * from './stores/memory/index.js';
export * from './stores/one-time-token-store.js';
export type { RateLimitStore, TakeCommand, TakeOutcome } from './stores/rate-limit-store.js';
export * from './stores/revocation.js';
export * from './stores/revocation-log.js';
export * from './stores/revocation-store.js';
export * from './stores/role-store.js';
export * from './stores/second-factor-store.js';
export * from './stores/session-store.js';
export * from './stores/store-traits.js';
export * from './stores/stores.js';
export * from './stores/user-store.js';
