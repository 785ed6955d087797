import type { Policy, Principal } from '../domains/authorization/index.js';
import { AuthError, type DenialReason } from '../errors.js';

/** The refusal of these permissions, with why the policy does not allow them. Only asked once it said no: it costs more. */
export function permissionDenied(
  policy: Policy,
  principal: Principal,
  permissions: readonly string[],
  record?: object,
): AuthError {
  const reasons = permissions.flatMap((permission): readonly DenialReason[] => {
    const { code, rule, condition } = policy.decide(principal, permission as never, record as never);
    return code === 'granted' ? [] : [{ permission, code, rule, condition }];
  });
  return new AuthError('permission_denied', { reasons });
}
