import { AuthError, type AuthErrorCode, authErrorMessages } from '../errors.js';
import { baselineHeaders } from './headers.js';
import { exceededHeaders } from './limit-headers.js';
import { type HttpResponse, type ResponseExtras, respondJson } from './response.js';

/** The status of every code. A code without one does not compile. */
const statuses = {
  input_invalid: 422,
  body_malformed: 400,
  body_too_large: 413,
  media_type_unsupported: 415,
  method_not_allowed: 405,
  method_override_refused: 400,
  token_in_url: 400,
  cookie_ambiguous: 400,
  credentials_ambiguous: 400,
  credentials_missing: 401,
  credentials_invalid: 401,
  access_token_malformed: 401,
  access_token_invalid: 401,
  access_token_expired: 401,
  access_token_revoked: 401,
  access_token_outdated: 401,
  refresh_token_invalid: 401,
  refresh_token_reused: 401,
  refresh_token_superseded: 401,
  one_time_token_invalid: 422,
  step_up_required: 401,
  mfa_token_invalid: 401,
  mfa_code_required: 401,
  mfa_code_invalid: 401,
  permission_denied: 403,
  record_not_found: 404,
  decision_missing: 500,
  https_required: 403,
  address_refused: 403,
  csrf_refused: 403,
  account_exists: 409,
  email_invalid: 422,
  password_too_short: 422,
  password_too_long: 422,
  password_too_common: 422,
  session_not_found: 404,
  account_not_found: 404,
  mfa_already_enabled: 409,
  mfa_not_enabled: 409,
  account_protected: 409,
  role_not_found: 404,
  role_exists: 409,
  role_protected: 409,
  grant_exceeds_ceiling: 403,
  last_administrator: 409,
  rate_limited: 429,
  overloaded: 503,
  store_unavailable: 503,
} as const satisfies Readonly<Record<AuthErrorCode, number>>;

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The HTTP status of a code. */
export function statusOf(code: AuthErrorCode): number {
  return statuses[code];
}

/**
 * The answer to a refusal or outage: `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `code`,
 * `detail`, `requestId` and, for input, `errors`. Everything in it is a constant or random, or the id that a trusted proxy gave
 * the request; nothing the client sent.
 */
export function respondProblem(
  error: AuthError,
  requestId: string,
  extras: ResponseExtras = {},
): HttpResponse {
  const status = statusOf(error.code);
  // A store of the app's own may not say when to come back (RFC 9110 §15.6.4 wants it said).
  const retryAfterSeconds = error.retryAfterSeconds ?? (status === 503 ? 1 : undefined);
  const problem = {
    type: `urn:tessera-auth:problem:${error.code}`,
    title: titles[status],
    status,
    code: error.code,
    // What is wrong with the app is for its own log.
    ...(status === 500 ? {} : { detail: authErrorMessages[error.code] }),
    requestId,
    ...(error.fields.length > 0 ? { errors: error.fields } : {}),
  };
  return respondJson(status, problem, {
    headers: {
      ...baselineHeaders,
      'cache-control': 'no-store',
      'content-type': 'application/problem+json; charset=utf-8',
      'x-request-id': requestId,
      ...(status === 401 ? { 'www-authenticate': challengeFor(error) } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...exceededHeaders(error),
      ...extras.headers,
    },
    cookies: extras.cookies ?? [],
  });
}

/** 405 with the methods that the path does answer. */
export function respondMethodNotAllowed(methods: readonly string[], requestId: string): HttpResponse {
  const allow = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return respondProblem(new AuthError('method_not_allowed'), requestId, {
    headers: { allow: allow.join(', ') },
  });
}

/**
 * RFC 6750 §3: say which scheme, and what was wrong with the token that came, if one came. RFC 9470 §3: say how fresh and how
 * strong the proof of who it is has to be.
 */
function challengeFor({ code, stepUp }: AuthError): string {
  if (stepUp !== undefined) {
    const strength = stepUp.needsSecondFactor ? ', acr_values="mfa"' : '';
    return `Bearer error="insufficient_user_authentication", max_age="${stepUp.maxAgeSeconds}"${strength}`;
  }
  return code.startsWith('access_token') ? 'Bearer error="invalid_token"' : 'Bearer';
}
