import type { AuthEvent } from '../../events.js';

/** `failure`: what somebody asked for was not done, or what they showed was not good. */
export type AuditOutcome = 'success' | 'failure';

/** Of every event, so that a new one cannot be forgotten. */
const outcomes: Readonly<Record<AuthEvent['type'], AuditOutcome>> = {
  authn_login_success: 'success',
  authn_login_fail: 'failure',
  authn_login_lock: 'failure',
  authn_mfa_fail: 'failure',
  authn_mfa_enabled: 'success',
  authn_mfa_disabled: 'success',
  authn_mfa_backup_codes_renewed: 'success',
  authn_mfa_backup_code_used: 'success',
  authn_reauthenticated: 'success',
  authn_password_change: 'success',
  authn_password_reset: 'success',
  authn_password_reset_requested: 'success',
  authn_token_reuse: 'failure',
  authn_token_revoked: 'success',
  authz_admin: 'success',
  authz_change: 'success',
  authz_fail: 'failure',
  audit_pruned: 'success',
  audit_read: 'success',
  excess_rate_limit_exceeded: 'failure',
  input_validation_fail: 'failure',
  malicious_request: 'failure',
  session_ended: 'success',
  session_renewed: 'success',
  sys_failure: 'failure',
  user_created: 'success',
  user_creation_requested: 'success',
  user_deleted: 'success',
  user_disabled: 'success',
  user_email_change_requested: 'success',
  user_email_changed: 'success',
  user_enabled: 'success',
  user_exported: 'success',
  user_updated: 'success',
};

/**
 * How what is recorded as `type` ended. It follows from the type, which the chain covers.
 *
 * @returns `null` for a type that this version does not know.
 */
export function outcomeOf(type: string): AuditOutcome | null {
  return Object.hasOwn(outcomes, type) ? outcomes[type as AuthEvent['type']] : null;
}
