import type { CompiledPermission, CompiledRule } from './permission-rules.js';
import type { Principal } from './principal.js';

/** Whether somebody may. Deny rules first, then tenant, roles, relations and conditions; otherwise not. Allocates nothing. */
export function isAllowed(permission: CompiledPermission, principal: Principal, resource: object): boolean {
  const { bits } = principal;
  const { denies, isInTenant, relations, allows } = permission;
  for (let i = 0; i < denies.length; i += 1) {
    const rule = denies[i] as CompiledRule;
    if (concerns(bits, rule) && !rule.test(principal, resource)) return false;
  }
  if (isInTenant !== null && !isInTenant(principal, resource)) return false;
  if (((bits[permission.word] as number) & permission.mask) !== 0) return true;
  for (let i = 0; i < relations.length; i += 1) {
    const rule = relations[i] as CompiledRule;
    if (concerns(bits, rule) && rule.test(principal, resource)) return true;
  }
  for (let i = 0; i < allows.length; i += 1) {
    const rule = allows[i] as CompiledRule;
    if (concerns(bits, rule) && rule.test(principal, resource)) return true;
  }
  return false;
}

/** Whether a rule is about whoever has these bits. */
export function concerns(bits: Uint32Array, { word, mask }: Pick<CompiledRule, 'word' | 'mask'>): boolean {
  return word === -1 || ((bits[word] as number) & mask) !== 0;
}
