export type { AccountAct } from './account-act.js';
export type { PasswordChange } from './change-password.js';
export type { RoleAct, RoleDraft } from './define-role.js';
export { createEmailTokens, type EmailLinkOptions } from './email-tokens.js';
export type { TenantAct } from './end-all-sessions-of-tenant.js';
export type { ExportedEvent, ExportedSession, ExportedUser } from './export-user.js';
export type { ClientOrigin, FlowContext } from './flow-context.js';
export { createFlows, type Flows } from './flows.js';
export { forRequest, ofRequest } from './for-request.js';
export type { RoleGrant, RoleRemoval } from './grant-role.js';
export type { ImportedUser, ImportProblemCode, SourceRow } from './import-row.js';
export {
  type ImportProblem,
  type ImportProgress,
  type ImportReport,
  type ImportSource,
  type ImportTarget,
  type ImportUsersOptions,
  importUsers,
} from './import-users.js';
export type { ListedRole } from './list-roles.js';
export type { ProofOrigin } from './prove-second-factor.js';
export type { AuditCursor, AuditPage, AuditReading } from './read-audit-log.js';
export type { UserRights } from './read-rights.js';
export type { TextChunks } from './read-text.js';
export {
  type CsvUserFileOptions,
  readUsersFromCsv,
  readUsersFromJsonLines,
  type UserFileOptions,
} from './read-user-rows.js';
export type { Reauthentication } from './reauthenticate.js';
export type { RefreshRequest } from './refresh.js';
export type { Registration } from './register.js';
export type { SecondFactorRemoval } from './remove-second-factor.js';
export type { PasswordReset } from './reset-password.js';
export { listGiven, principalOf } from './role-principals.js';
export type { BackupCodes, SecondFactorConfirmation, SecondFactorSetup } from './set-up-second-factor.js';
export type { FinishedSignIn, PendingSignIn, SignInOutcome } from './sign-in-outcome.js';
export type { PasswordClaim } from './sign-in-with-password.js';
export type { SignOutRequest } from './sign-out.js';
export type { SignedIn } from './signed-in.js';
export type { SecondFactorClaim } from './verify-second-factor.js';
