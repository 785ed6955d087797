/**
 * Random policies, people and records: what the library says, in every way in which it can be asked, is what a plain reading
 * of the documentation says.
 */
import { matchesFilter } from '@tessera-auth/core/authorization';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runs, runsTimeoutMs } from '../support/runs.js';
import { people, plainVocabulary, records } from './plain-vocabulary.js';
import { type Asker, buildPolicy, buildPrincipal, type PolicySketch } from './policy-sketch.js';
import { askersIn, policiesOver } from './random-policy.js';
import { isFreeWithoutRoles, judge, rolesOf, type Verdict } from './reference.js';
import { listPermissions } from './vocabulary.js';

const permissions = listPermissions(plainVocabulary);
const scenes = policiesOver(plainVocabulary).chain((sketch) =>
  fc.record({
    sketch: fc.constant(sketch),
    askers: fc.array(askersIn(sketch, people), { minLength: 2, maxLength: 4 }),
    records: fc.array(records, { minLength: 3, maxLength: 6 }),
  }),
);

const codes: Readonly<Record<Verdict, RegExp>> = {
  denied: /^denied_by_rule$/,
  'wrong tenant': /^wrong_tenant$/,
  'by role': /^granted$/,
  'by relation': /^granted$/,
  'by rule': /^granted$/,
  nothing: /^(no_grant|relation_unmet|condition_unmet|attribute_missing)$/,
};

it(
  'can, decide, filterFor and canSometimes say what the reference says',
  () => {
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    const property = fc.property(scenes, ({ sketch, askers, records }) => {
      const policy = buildPolicy(sketch);
      for (const asker of askers) {
        const principal = buildPrincipal(policy, asker);
        for (const permission of permissions as never[]) {
          const filter = policy.filterFor(principal, permission);
          count(filter.kind);
          const isPossible = policy.canSometimes(principal, permission);
          expect(isPossible).toBe(filter.kind !== 'never');
          for (const record of records as never[]) {
            const verdict = judge(sketch, asker, permission, record);
            count(verdict);
            const isAllowed = verdict.startsWith('by ');
            const decision = policy.decide(principal, permission, record);
            const { effect, code, relation } = decision;
            const answers = {
              can: policy.can(principal, permission, record),
              decide: effect === 'allow',
              filter: matchesFilter(filter, record),
              isPossible: isPossible || !isAllowed,
              code: codes[verdict].test(code),
              relation: (relation !== null) === (verdict === 'by relation' || isNearRelation(decision)),
            };
            const isRight = (answer: boolean, at: number) => answer === (isAllowed || at > 2);
            // `expect` itself is slow, and there are many of these.
            if (!Object.values(answers).every(isRight)) expect({ ...answers, code, verdict }).toBe('agreed');
          }
        }
      }
    });
    fc.assert(property, runs(400));
    // Or the property would hold where next to nothing is allowed, or nothing depends on a record.
    for (const what of [...Object.keys(codes), 'always', 'never', 'where'])
      expect(seen.get(what) ?? 0, what).toBeGreaterThan(100);
  },
  runsTimeoutMs,
);

it(
  'roles, grants and the matrix say what the reference says',
  () => {
    const property = fc.property(scenes, ({ sketch, askers, records }) => {
      const policy = buildPolicy(sketch);
      for (const asker of askers) {
        const roles = rolesOf(sketch, asker.roles);
        for (const role of Object.keys(sketch.roles))
          expect(policy.hasRole(asker.roles, role as never)).toBe(roles.has(role));
        const byRoles = buildPrincipal(policy, { ...asker, grants: [] });
        expect(policy.listPermissions(byRoles).filter((name) => !name.startsWith('auth:'))).toEqual(
          listGranted(sketch, asker),
        );
        // Whoever asks covers what they were given, but for what a deny rule of their roles goes with.
        const principal = buildPrincipal(policy, asker);
        const alone = buildPrincipal(policy, { ...asker, roles: [] });
        expect(policy.covers(principal, alone)).toBe(!isFreeWithoutRoles(sketch, asker));
        expect(policy.covers(principal, principal)).toBe(true);
        expect(policy.covers(principal, byRoles)).toBe(true);
      }
      const [asker] = askers as [Asker];
      for (const { role, permissions: line } of policy.matrix()) {
        const only = { ...asker, roles: [role], grants: [] };
        for (const permission of permissions) {
          for (const record of records.map((one) => ({ ...one, org: asker.tenantId }))) {
            if (asker.tenantId === '') continue;
            const isAllowed = judge(sketch, only, permission, record).startsWith('by ');
            expect(line[permission]).not.toBe(isAllowed ? 'never' : 'always');
          }
        }
      }
    });
    fc.assert(property, runs(150));
  },
  runsTimeoutMs,
);

/** Without rules and tenants, all that is left is what roles grant. */
function listGranted(sketch: PolicySketch, asker: Asker): readonly string[] {
  const resources = Object.fromEntries(
    Object.entries(sketch.resources).map(([name, one]) => [name, { ...one, tenant: null }]),
  );
  const bare = { ...sketch, resources, rules: [] };
  return permissions.filter((name) => judge(bare, { ...asker, grants: [] }, name, {}) === 'by role').sort();
}

function isNearRelation({ code, rule }: { readonly code: string; readonly rule: string | null }): boolean {
  return code === 'relation_unmet' || (code === 'attribute_missing' && rule === null);
}
