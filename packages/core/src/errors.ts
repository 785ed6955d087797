/**
 * Every refusal and outage that Tessera reports, with its constant message.
 *
 * Messages are constants so that no secret, address or input value can ever leak through one. Codes are
 * added in minor releases and never renamed: build on `error.code`, show people your own words.
 */
export const authErrorMessages = {
  // Input
  input_invalid: 'The input does not have the expected form.',
  body_malformed: 'The body is not valid JSON.',
  body_too_large: 'The body is larger than this route accepts.',
  media_type_unsupported: 'The body must be sent as application/json.',
  method_not_allowed: 'This path does not answer this method.',
  method_override_refused: 'Method overrides are not accepted.',
  token_in_url: 'Tokens are not accepted in a URL.',
  cookie_ambiguous: 'The request carries the same cookie twice.',
  credentials_ambiguous: 'The request carries more than one credential.',

  // Who are you
  credentials_missing: 'This needs a signed-in user.',
  credentials_invalid: 'These credentials are not valid.',
  access_token_malformed: 'The access token does not have the expected form.',
  access_token_invalid: 'The access token is not valid.',
  access_token_expired: 'The access token has expired.',
  access_token_revoked: 'The access token has been revoked.',
  refresh_token_invalid: 'The refresh token is not valid.',
  refresh_token_reused: 'The refresh token was used before; its session has been ended.',
  access_token_outdated: 'The access token was issued under another version of the policy; refresh it.',
  refresh_token_superseded: 'The refresh token was replaced a moment ago; use the newer one.',
  one_time_token_invalid: 'The link or token was used, replaced or has expired.',
  step_up_required: 'This needs a fresh proof of who the user is.',
  mfa_token_invalid: 'The sign-in was finished, has expired or was stopped; begin anew.',
  mfa_code_required: 'This needs the second factor as well.',
  mfa_code_invalid: 'The code is not valid.',

  // What you may do
  permission_denied: 'This is not allowed for the signed-in user.',
  record_not_found: 'There is no such record.',
  decision_missing: 'Nobody has decided whether this is allowed.',
  https_required: 'This must be sent by https.',
  address_refused: 'This is not answered to requests from this network.',
  csrf_refused: 'The request does not prove that it comes from the app itself.',

  // Accounts
  account_exists: 'An account with this address exists.',
  email_invalid: 'The e-mail address is not valid.',
  password_too_short: 'The password is too short.',
  password_too_long: 'The password is too long.',
  password_too_common: 'The password is among the first ones an attacker tries.',
  session_not_found: 'There is no such session.',
  account_not_found: 'There is no such account.',
  mfa_already_enabled: 'There is a second factor already.',
  mfa_not_enabled: 'There is no second factor.',
  account_protected: 'This cannot be done to this account.',
  role_not_found: 'There is no such role.',
  role_exists: 'There is a role of this name.',
  role_protected: 'This role is defined in the code of the app.',
  grant_exceeds_ceiling: 'Nobody gives or takes what is more than their own.',
  last_administrator: 'Nobody could administrate any more.',

  // Come back later
  rate_limited: 'Too many requests; try again later.',
  overloaded: 'Too much is being asked at once; try again shortly.',
  store_unavailable: 'A store could not be reached; try again shortly.',
} as const;

/** The stable, lower snake_case name of a refusal or outage. */
export type AuthErrorCode = keyof typeof authErrorMessages;

/** What an {@link AuthError} may carry besides its code. */
export interface AuthErrorOptions {
  /** The error underneath, for the host's own log. It is never sent to a client. */
  readonly cause?: unknown;
  /** For outages: after how many whole seconds a retry makes sense. */
  readonly retryAfterSeconds?: number;
  /** For `input_invalid`: which fields are wrong, by JSON pointer and rule; never with the value. */
  readonly fields?: readonly FieldError[];
  /** For `rate_limited`: the limit that was exceeded. */
  readonly limit?: ExceededLimit;
  /** For `step_up_required`: what the proof has to be like. */
  readonly stepUp?: StepUpDemand;
  /** For `permission_denied`: why the policy said no, for the audit log. It is never sent to a client. */
  readonly reasons?: readonly DenialReason[];
  /** For `refresh_token_invalid`: somebody has made it up, for the audit log. It is never sent to a client. */
  readonly isForged?: boolean;
}

/** Why the policy refused a permission: in names of the policy, without any value of a record or a user. */
export interface DenialReason {
  readonly permission: string;
  /** As in a `Decision`. */
  readonly code:
    | 'no_grant'
    | 'relation_unmet'
    | 'condition_unmet'
    | 'attribute_missing'
    | 'wrong_tenant'
    | 'denied_by_rule';
  /** The rule that decided, or that came nearest; otherwise `null`. */
  readonly rule: string | null;
  /** What did not hold, in words such as `resource.ownerId is user.id`; of a deny rule, what it asks. Otherwise `null`. */
  readonly condition: string | null;
}

/** How fresh and how strong a proof of who somebody is has to be. */
export interface StepUpDemand {
  readonly maxAgeSeconds: number;
  readonly needsSecondFactor: boolean;
}

/** The limit that a request has exceeded. Holds nothing of whoever asked. */
export interface ExceededLimit {
  readonly name: string;
  readonly count: number;
  readonly perSeconds: number;
}

/** One field that was refused: where it is and why, without its value. */
export interface FieldError {
  /** JSON pointer (RFC 6901) into the body, such as `/email`. */
  readonly pointer: string;
  /** The rule that was broken, in words that hold no input. */
  readonly detail: string;
}

// `Symbol.for`, so that two copies of this package in one process recognise each other's errors.
const brand = Symbol.for('@tessera-auth/core/AuthError');

/**
 * The one error class: a refusal (`credentials_invalid`) or an outage (`store_unavailable`), told apart by `code`.
 *
 * Misuse of the library is a plain `TypeError`; absence is `null` or `false`.
 */
export class AuthError extends Error {
  /** The stable code to branch on. */
  readonly code: AuthErrorCode;
  /** For outages: after how many whole seconds a retry makes sense. */
  readonly retryAfterSeconds: number | undefined;
  /** For `input_invalid`: which fields are wrong. */
  readonly fields: readonly FieldError[];
  /** For `rate_limited`: the limit that was exceeded. */
  readonly limit: ExceededLimit | undefined;
  /** For `step_up_required`: what the proof has to be like. */
  readonly stepUp: StepUpDemand | undefined;
  /** For `permission_denied`: why the policy said no, where it was asked. */
  readonly reasons: readonly DenialReason[];
  /** For `refresh_token_invalid`: somebody has made it up, as far as can be told. */
  readonly isForged: boolean;

  constructor(code: AuthErrorCode, options: AuthErrorOptions = {}) {
    super(authErrorMessages[code], options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AuthError';
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.fields = options.fields ?? [];
    this.limit = options.limit;
    this.stepUp = options.stepUp;
    this.reasons = options.reasons ?? [];
    this.isForged = options.isForged ?? false;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether `value` is an {@link AuthError}, also one thrown by another copy of this package. */
export function isAuthError(value: unknown): value is AuthError {
  return typeof value === 'object' && value !== null && brand in value;
}

/**
 * The error for a store that could not answer: 503 with `Retry-After`, never 401 and never a cleared cookie.
 *
 * @param cause the driver's error, kept for the host's log.
 */
export function storeUnavailable(cause: unknown): AuthError {
  return new AuthError('store_unavailable', { cause, retryAfterSeconds: 1 });
}
