import { hasBit } from './bitset.js';
import type { CompiledPolicy } from './compile-policy.js';
import { concerns } from './judge.js';

/**
 * Whether all of `given` is in `held` or weaker than something that is. Names of roles give nothing. A permission that a deny rule
 * takes from `held`, for a role of theirs, is covered only where the same rule is given with it.
 */
export function covers(policy: CompiledPolicy, held: Uint32Array, given: Uint32Array): boolean {
  return (
    policy.bitNames.every((_name, number) => !hasBit(given, number) || isCovered(policy, held, number)) &&
    !isFreed(policy, held, given)
  );
}

/** Whether something is given without a deny rule that goes with it in `held`. */
function isFreed({ permissions }: CompiledPolicy, held: Uint32Array, given: Uint32Array): boolean {
  return [...permissions.values()].some(
    (permission) =>
      permission.denies.some((rule) => rule.word !== -1 && concerns(held, rule) && !concerns(given, rule)) &&
      [permission, ...permission.relations, ...permission.allows].some(
        (grant) => grant.word !== -1 && concerns(given, grant),
      ),
  );
}

function isCovered(
  { catalogue, permissions, bitNames }: CompiledPolicy,
  held: Uint32Array,
  number: number,
): boolean {
  if (hasBit(held, number)) return true;
  const count = catalogue.permissions.length;
  if (number < count) return false;
  const has = (permission: string): boolean => hasBit(held, catalogue.permissions.indexOf(permission));
  const relation = catalogue.relationGrants[number - count];
  if (relation !== undefined) return has(relation.permission);
  // A rule that allows is weaker than all of its permissions without it.
  const allowed = [...permissions.values()].filter(({ rules }) =>
    rules.allows.some(({ grant }) => grant === bitNames[number]),
  );
  return allowed.every(({ rules }) => has(rules.permission));
}
