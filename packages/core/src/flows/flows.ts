import type { AuditVerdict } from '../domains/audit/index.js';
import type { SecondFactorState, TotpEnrollment } from '../domains/mfa/index.js';
import type { AssignmentCursor, AssignmentFilter, AssignmentPage, CustomRole } from '../stores/role-store.js';
import type { SessionCursor, SessionPage } from '../stores/session-store.js';
import type { UserCursor, UserPage, UserRecord, UserRef } from '../stores/user-store.js';
import type { AccountAct } from './account-act.js';
import { changePassword, type PasswordChange } from './change-password.js';
import { createRole, deleteRole, type RoleAct, type RoleDraft, replaceRole } from './define-role.js';
import { disableUser } from './disable-user.js';
import { enableUser } from './enable-user.js';
import { endAllSessions } from './end-all-sessions.js';
import { endAllSessionsOfTenant, type TenantAct } from './end-all-sessions-of-tenant.js';
import { endSession } from './end-session.js';
import { eraseUser } from './erase-user.js';
import { type ExportedUser, exportUser } from './export-user.js';
import type { FlowContext } from './flow-context.js';
import { forgotPassword } from './forgot-password.js';
import { grantRole, type RoleGrant, type RoleRemoval, revokeRole } from './grant-role.js';
import {
  type ImportReport,
  type ImportSource,
  type ImportUsersOptions,
  importUsersOfApp,
} from './import-users.js';
import { type ListedRole, listRoleAssignments, listRoles } from './list-roles.js';
import { listUsers } from './list-users.js';
import { type AuditPage, type AuditReading, readAuditLog, verifyAuditLog } from './read-audit-log.js';
import { findRights, type UserRights } from './read-rights.js';
import { type Reauthentication, reauthenticate } from './reauthenticate.js';
import { type RefreshRequest, refresh } from './refresh.js';
import { type Registration, register } from './register.js';
import { reissueAccessToken } from './reissue-access-token.js';
import { removeSecondFactor, resetSecondFactor, type SecondFactorRemoval } from './remove-second-factor.js';
import { renameUser } from './rename-user.js';
import { renewBackupCodes } from './renew-backup-codes.js';
import { requestAccount } from './request-account.js';
import { requestEmailChange } from './request-email-change.js';
import { type PasswordReset, resetPassword } from './reset-password.js';
import { revokeToken } from './revoke-token.js';
import {
  type BackupCodes,
  beginSecondFactorSetup,
  confirmSecondFactor,
  confirmSecondFactorSetup,
  enrollSecondFactor,
  type SecondFactorConfirmation,
  type SecondFactorSetup,
} from './set-up-second-factor.js';
import type { FinishedSignIn, SignInOutcome } from './sign-in-outcome.js';
import { type PasswordClaim, signInWithPassword } from './sign-in-with-password.js';
import { type SignOutRequest, signOut } from './sign-out.js';
import { signOutEverywhere } from './sign-out-everywhere.js';
import { signOutOthers } from './sign-out-others.js';
import type { SignedIn } from './signed-in.js';
import { verifyEmail } from './verify-email.js';
import { type SecondFactorClaim, verifySecondFactor } from './verify-second-factor.js';

/**
 * Every story, told for one app. Each rejects with `AuthError` `store_unavailable` when the store is away; the stories'
 * own files say what each guarantees.
 */
export interface Flows {
  /**
   * Creates an account and signs its owner in, or half-way where more is needed.
   *
   * @throws `AuthError` `email_invalid`, `password_too_short`, `password_too_long`, `password_too_common`,
   * `account_exists`, `overloaded`.
   */
  register(registration: Registration): Promise<SignInOutcome>;

  /**
   * Sends a link that makes the account. Resolves alike for a new and a known address.
   *
   * @throws `AuthError` `email_invalid`, `password_too_short`, `password_too_long`, `password_too_common`, `overloaded`.
   */
  requestAccount(registration: Registration): Promise<void>;

  /** Does what a link to an address was sent for. @throws `AuthError` `one_time_token_invalid`. */
  verifyEmail(tenantId: string, token: string): Promise<void>;

  /** Sends a link to a new password. Resolves alike whether there is such an account. @throws `AuthError` `email_invalid`, `rate_limited`. */
  forgotPassword(tenantId: string, email: string, ip?: string | null): Promise<void>;

  /**
   * Sets the password of whoever has the link, and ends all their sessions.
   *
   * @throws `AuthError` `one_time_token_invalid`, `password_too_short`, `password_too_long`, `password_too_common`,
   * `overloaded`.
   */
  resetPassword(reset: PasswordReset): Promise<void>;

  /** Sends a link to a new address. Ask for a fresh proof of who it is before. @throws `AuthError` `email_invalid`. */
  requestEmailChange(user: UserRef, newEmail: string): Promise<void>;

  /**
   * Signs in with address and password, or half-way where more is needed: look at `kind`.
   *
   * @throws `AuthError` `credentials_invalid` whatever was wrong, `overloaded`.
   */
  signInWithPassword(claim: PasswordClaim): Promise<SignInOutcome>;

  /** Ends a sign-in with the second factor. @throws `AuthError` `mfa_token_invalid`, `mfa_code_invalid`. */
  verifySecondFactor(claim: SecondFactorClaim): Promise<FinishedSignIn>;

  /**
   * Begins to set up a second factor in the middle of a sign-in. @throws `AuthError` `mfa_token_invalid`,
   * `mfa_already_enabled`.
   */
  beginSecondFactorSetup(tenantId: string, mfaToken: string): Promise<TotpEnrollment>;

  /** Ends that, and the sign-in with it. @throws `AuthError` `mfa_token_invalid`, `mfa_code_invalid`. */
  confirmSecondFactorSetup(setup: SecondFactorSetup): Promise<FinishedSignIn & BackupCodes>;

  /** Begins to set up a second factor. Ask for a fresh proof of who it is before. @throws `AuthError` `mfa_already_enabled`. */
  enrollSecondFactor(user: UserRef): Promise<TotpEnrollment>;

  /** Ends that; the session that asks gets new tokens, all others end. @throws `AuthError` `mfa_code_invalid`. */
  confirmSecondFactor(confirmation: SecondFactorConfirmation): Promise<SignedIn & BackupCodes>;

  /**
   * Removes the second factor and ends all other sessions. Ask for a fresh proof of who it is before.
   *
   * @throws `AuthError` `mfa_not_enabled`, `mfa_code_invalid`.
   */
  removeSecondFactor(removal: SecondFactorRemoval): Promise<void>;

  /**
   * Removes the second factor of somebody who has lost it. Checks neither a permission nor who asks for it.
   *
   * @throws `AuthError` `account_not_found`, `account_protected`, `mfa_not_enabled`.
   */
  resetSecondFactor(act: AccountAct): Promise<void>;

  /** Other backup codes in the place of all. Ask for a fresh proof of who it is before. @throws `AuthError` `mfa_not_enabled`. */
  renewBackupCodes(user: UserRef): Promise<BackupCodes>;

  /** Whether the user has a second factor, and how many backup codes are left. */
  describeSecondFactor(user: UserRef): Promise<SecondFactorState>;

  /**
   * Proves again all that a sign-in asks for; the session goes on with new tokens.
   *
   * @throws `AuthError` `credentials_invalid`, `mfa_code_required`, `mfa_code_invalid`, `access_token_revoked`.
   */
  reauthenticate(request: Reauthentication): Promise<SignedIn>;

  /**
   * The next pair of tokens for a refresh token.
   *
   * @throws `AuthError` `refresh_token_invalid`, `refresh_token_superseded`, `refresh_token_reused`.
   */
  refresh(request: RefreshRequest): Promise<SignedIn>;

  /**
   * An access token that says what is true now of a session and its user; `null` where the session is over or the account
   * disabled. Rotates nothing, and asks for no credential: it is for what has been let in already and lives longer than a token.
   */
  reissueAccessToken(session: UserRef & { readonly sessionId: string }): Promise<string | null>;

  /** Ends the session that the tokens of a client belong to; nothing happens when there is none. */
  signOut(request: SignOutRequest): Promise<void>;

  /** Ends every session of the user, and stops a sign-in that is under way. */
  signOutEverywhere(user: UserRef): Promise<void>;

  /** Ends every session of the user but one, whose tokens stay good. @throws `AuthError` `access_token_revoked` when that one is over. */
  signOutOthers(user: UserRef, keepSessionId: string): Promise<void>;

  /** The live sessions of the user, newest first. @param page where it begins, and its `limit`: 1 to 100, default 50. */
  listSessions(
    user: UserRef,
    page?: { readonly limit?: number; readonly after?: SessionCursor | null },
  ): Promise<SessionPage>;

  /** Ends one session of the user. @throws `AuthError` `session_not_found` for unknown ids and other users' alike. */
  endSession(user: UserRef, sessionId: string): Promise<void>;

  /**
   * Sets a new password, renews the session that asks and ends all others.
   *
   * @throws `AuthError` `credentials_invalid`, `password_too_short`, `password_too_long`, `password_too_common`,
   * `access_token_revoked` when the asking session has just ended, `overloaded`.
   */
  changePassword(change: PasswordChange): Promise<SignedIn>;

  /** Revokes a token of ours: a refresh token with its session, an access token alone. Anything else changes nothing. */
  revokeToken(tenantId: string, token: string): Promise<void>;

  /** The account, or `null`. It holds the password hash: build answers field by field. */
  findUser(user: UserRef): Promise<UserRecord | null>;

  /** Makes accounts of the users of another system, and records each: `importUsers`. Checks no permission. @throws what it throws. */
  importUsers(source: ImportSource, options?: ImportUsersOptions): Promise<ImportReport>;

  /**
   * The accounts of a tenant, newest first. They hold password hashes: build answers field by field. Checks no permission.
   *
   * @param page where it begins, and its `limit`: 1 to 100, default 50.
   * @throws `TypeError` where `stores.users` cannot list.
   */
  listUsers(
    tenantId: string,
    page?: { readonly limit?: number; readonly after?: UserCursor | null },
  ): Promise<UserPage>;

  /** Sets or removes the display name. @returns the account as it is now, or `null` when there is none. */
  renameUser(user: UserRef, name: string | null): Promise<UserRecord | null>;

  /**
   * Disables an account and ends all its sessions; nobody does that to themselves. Checks no permission: that is the caller's part.
   *
   * @throws `AuthError` `account_protected`, `last_administrator`, `account_not_found`.
   */
  disableUser(act: AccountAct): Promise<UserRecord>;

  /** Ends every session of somebody else, for an administrator. Checks no permission. @throws `AuthError` `account_not_found`. */
  endAllSessions(act: AccountAct): Promise<void>;

  /** Ends every session of everybody in a tenant, that of who asks included. Checks no permission. */
  endAllSessionsOfTenant(act: TenantAct): Promise<void>;

  /** Enables a disabled account; its old sessions stay dead. Checks no permission. @throws `AuthError` `account_not_found`. */
  enableUser(act: AccountAct): Promise<UserRecord>;

  /**
   * What is stored of a person, as plain JSON without a secret; `null` when there is no such account. Ask for a fresh proof of who
   * it is before.
   *
   * @param actorId who takes it, for the record; `null` for the app itself. Default: the user.
   */
  exportUser(user: UserRef, actorId?: string | null): Promise<ExportedUser | null>;

  /**
   * Deletes an account for good, with its sessions, roles, one-time tokens and second factor. Checks neither a permission nor who asks
   * for it.
   *
   * @throws `AuthError` `last_administrator`; `account_not_found`, also after what an interrupted call had left was cleared away; `TypeError` where
   * `stores.users` cannot delete.
   */
  eraseUser(act: AccountAct): Promise<void>;

  /** What somebody may do right now, read from the stores; `null` without an account, and for one that is disabled. */
  findRights(user: UserRef): Promise<UserRights | null>;

  /**
   * Grants a role, with or without an expiry, which acts from the next request on. Checks no permission but the ceiling: nobody
   * gives what they do not hold.
   *
   * @throws `AuthError` `account_not_found`, `role_not_found`, `grant_exceeds_ceiling`, `last_administrator`; `TypeError` without
   * `stores.roles`.
   */
  grantRole(grant: RoleGrant): Promise<void>;

  /**
   * Takes a role away, which acts from the next request on. Checks no permission but the ceiling.
   *
   * @throws `AuthError` `role_not_found`, `grant_exceeds_ceiling`, `last_administrator`; `TypeError` without `stores.roles`.
   */
  revokeRole(removal: RoleRemoval): Promise<void>;

  /** All roles of a tenant, of the code and made at run time. Checks no permission. @throws `TypeError` without `stores.roles`. */
  listRoles(tenantId: string): Promise<readonly ListedRole[]>;

  /**
   * Who has been granted what. Checks no permission.
   *
   * @param page whose and which, where it begins, and its `limit`: 1 to 100, default 50.
   * @throws `TypeError` without `stores.roles`.
   */
  listRoleAssignments(
    tenantId: string,
    page?: AssignmentFilter & { readonly limit?: number; readonly after?: AssignmentCursor | null },
  ): Promise<AssignmentPage>;

  /**
   * Makes a role of permissions that the actor holds. Checks no other permission.
   *
   * @throws `AuthError` `input_invalid`, `role_exists`, `role_protected`, `grant_exceeds_ceiling`; `TypeError` without
   * `stores.roles`.
   */
  createRole(draft: RoleDraft): Promise<CustomRole>;

  /**
   * Changes what a role grants, to everybody who has it from their next request on. Checks no permission but the ceiling.
   *
   * @throws `AuthError` `input_invalid`, `role_not_found`, `role_protected`, `grant_exceeds_ceiling`; `TypeError` without
   * `stores.roles`.
   */
  replaceRole(draft: RoleDraft): Promise<CustomRole>;

  /**
   * Deletes a role and takes it from everybody. Checks no permission but the ceiling.
   *
   * @throws `AuthError` `role_not_found`, `role_protected`, `grant_exceeds_ceiling`; `TypeError` without `stores.roles`.
   */
  deleteRole(act: RoleAct): Promise<void>;

  /**
   * A page of the audit log of the reader's tenant; the reading is recorded. Checks no permission. Without a reader, and
   * unrecorded: `auth.audit.list`.
   *
   * @throws `TypeError` without `stores.audit`.
   */
  readAuditLog(reading: AuditReading): Promise<AuditPage>;

  /** Recomputes that log, which is recorded too. Checks no permission. @throws `TypeError` without `stores.audit`. */
  verifyAuditLog(reader: UserRef): Promise<AuditVerdict>;
}

/** The stories, each with the context it is told in. */
export function createFlows(auth: FlowContext): Flows {
  return {
    register: (registration) => register(auth, registration),
    requestAccount: (registration) => requestAccount(auth, registration),
    verifyEmail: (tenantId, token) => verifyEmail(auth, tenantId, token),
    forgotPassword: (tenantId, email, ip = null) => forgotPassword(auth, tenantId, email, ip),
    resetPassword: (reset) => resetPassword(auth, reset),
    requestEmailChange: (user, newEmail) => requestEmailChange(auth, user, newEmail),
    signInWithPassword: (claim) => signInWithPassword(auth, claim),
    verifySecondFactor: (claim) => verifySecondFactor(auth, claim),
    beginSecondFactorSetup: (tenantId, mfaToken) => beginSecondFactorSetup(auth, tenantId, mfaToken),
    confirmSecondFactorSetup: (setup) => confirmSecondFactorSetup(auth, setup),
    enrollSecondFactor: (user) => enrollSecondFactor(auth, user),
    confirmSecondFactor: (confirmation) => confirmSecondFactor(auth, confirmation),
    removeSecondFactor: (removal) => removeSecondFactor(auth, removal),
    resetSecondFactor: (act) => resetSecondFactor(auth, act),
    renewBackupCodes: (user) => renewBackupCodes(auth, user),
    describeSecondFactor: (user) => auth.secondFactors.describe(user),
    reauthenticate: (request) => reauthenticate(auth, request),
    refresh: (request) => refresh(auth, request),
    reissueAccessToken: (session) => reissueAccessToken(auth, session),
    signOut: (request) => signOut(auth, request),
    signOutEverywhere: (user) => signOutEverywhere(auth, user),
    signOutOthers: (user, keepSessionId) => signOutOthers(auth, user, keepSessionId),
    listSessions: (user, page) => auth.sessions.list(user, page),
    endSession: (user, sessionId) => endSession(auth, user, sessionId),
    changePassword: (change) => changePassword(auth, change),
    revokeToken: (tenantId, token) => revokeToken(auth, tenantId, token),
    findUser: (user) => auth.users.find(user),
    importUsers: (source, options) => importUsersOfApp(auth, source, options),
    listUsers: (tenantId, page) => listUsers(auth, tenantId, page),
    renameUser: (user, name) => renameUser(auth, user, name),
    disableUser: (act) => disableUser(auth, act),
    endAllSessions: (act) => endAllSessions(auth, act),
    endAllSessionsOfTenant: (act) => endAllSessionsOfTenant(auth, act),
    enableUser: (act) => enableUser(auth, act),
    exportUser: (user, actorId = user.userId) => exportUser(auth, user, actorId),
    eraseUser: (act) => eraseUser(auth, act),
    findRights: (user) => findRights(auth, user),
    grantRole: (grant) => grantRole(auth, grant),
    revokeRole: (removal) => revokeRole(auth, removal),
    listRoles: (tenantId) => listRoles(auth, tenantId),
    listRoleAssignments: (tenantId, page) => listRoleAssignments(auth, tenantId, page),
    createRole: (draft) => createRole(auth, draft),
    replaceRole: (draft) => replaceRole(auth, draft),
    deleteRole: (act) => deleteRole(auth, act),
    readAuditLog: (reading) => readAuditLog(auth, reading),
    verifyAuditLog: (reader) => verifyAuditLog(auth, reader),
  };
}
