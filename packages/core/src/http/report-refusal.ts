import { type AuthErrorCode, type DenialReason, isAuthError } from '../errors.js';
import type { Demand } from '../events.js';
import { ofRequest } from '../flows/index.js';
import type { Identity } from './guard.js';
import type { HttpContext } from './http-context.js';
import { statusOf } from './problem.js';
import type { HttpRequest } from './request.js';
import { sourceOf } from './request-source.js';

/** Who was refused, and what they lacked, as far as it is known. */
export interface Refused {
  readonly identity?: Identity | null;
  /** What {@link AuthErrorCode} `permission_denied` stands for. */
  readonly demand?: Demand | null;
}

/** What no page or client of the app's own sends by mistake (ASVS 16.3.3). */
const attempts: ReadonlySet<AuthErrorCode> = new Set<AuthErrorCode>([
  ...(['csrf_refused', 'credentials_ambiguous', 'cookie_ambiguous'] as const),
  ...(['access_token_malformed', 'access_token_invalid', 'method_override_refused'] as const),
]);

const misshapen: ReadonlySet<AuthErrorCode> = new Set<AuthErrorCode>([
  ...(['input_invalid', 'body_malformed', 'body_too_large', 'media_type_unsupported'] as const),
  'token_in_url',
]);

/** Records that somebody was refused what they asked for (ASVS 16.3.2). @param identity `null`: nobody is known. */
export function recordRefusal(
  http: HttpContext,
  request: HttpRequest,
  identity: Identity | null,
  { missing, name }: Demand,
  reasons: readonly DenialReason[] = [],
): void {
  const who =
    identity === null
      ? { tenantId: http.tenantOf(request), userId: null, sessionId: null }
      : { tenantId: identity.tenantId, userId: identity.userId, sessionId: identity.sessionId };
  const refusal = { type: 'authz_fail', ...who, missing, name, reasons } as const;
  http.auth.report(ofRequest(refusal, sourceOf(http, request, identity)));
}

/**
 * Records what has kept a request from being answered as it wanted, where that is worth knowing: a refusal, an attempt to get
 * around a defence, an outage, a bug. The answer does not wait for it, and is the same whatever becomes of it.
 */
export function reportRefusal(
  http: HttpContext,
  request: HttpRequest,
  error: unknown,
  refused: Refused = {},
): void {
  try {
    report(http, request, error, refused);
  } catch (problem) {
    // A function of the app's own has failed, such as `tenantOf`.
    http.auth.reportError(problem);
  }
}

function report(http: HttpContext, request: HttpRequest, error: unknown, refused: Refused): void {
  if (!isAuthError(error) || statusOf(error.code) === 503) {
    http.auth.reportError(error, sourceOf(http, request));
    return;
  }
  const { code } = error;
  const demand = findDemand(code, refused);
  const identity = refused.identity ?? null;
  if (demand !== null) recordRefusal(http, request, identity, demand, error.reasons);
  const type = attempts.has(code) || error.isForged ? 'malicious_request' : 'input_validation_fail';
  if (type === 'input_validation_fail' && !misshapen.has(code)) return;
  const attempt = { type, tenantId: http.tenantOf(request), userId: null, refusal: code } as const;
  http.auth.report(ofRequest(attempt, sourceOf(http, request, identity)));
}

function findDemand(code: AuthErrorCode, { demand = null }: Refused): Demand | null {
  if (code === 'permission_denied') return demand;
  if (code === 'step_up_required') return { missing: 'step_up', name: null };
  return code === 'address_refused' ? { missing: 'address', name: null } : null;
}
