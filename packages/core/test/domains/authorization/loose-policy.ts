import { definePolicy, type Policy, type Principal } from '@tessera-auth/core/authorization';

/** A policy whose names the compiler does not know. */
export interface LoosePolicy extends Omit<Policy, 'can' | 'decide' | 'principal'> {
  can(principal: Principal, permission: string, record?: unknown): boolean;
  decide(principal: Principal, permission: string, record?: unknown): ReturnType<Policy['decide']>;
  principal(facts: unknown): Principal;
}

/** As JavaScript would call it: what the compiler refuses has to be refused at run time too. */
export const defineLoosely = definePolicy as unknown as (definition: unknown) => LoosePolicy;

/** Names that are somewhere in every object. */
export const prototypeNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

/** What one role grants whatever the record, sorted. */
export function listPermissions(policy: LoosePolicy, role: string): readonly string[] {
  return policy.listPermissions(policy.principal({ userId: 'ada', roles: [role] }));
}
