import { readFile } from 'node:fs/promises';
import { describeCondition, type Policy, type RoleGrants } from '@tessera-auth/core/authorization';
import { z } from 'zod';

/** What stands between a role and a permission, besides the role: one line. */
export interface RuleLine {
  readonly permission: string;
  /** `tenant`: the record must be of the principal's. `relation`: granted over the records that it holds for. */
  readonly effect: 'tenant' | 'deny' | 'relation' | 'allow';
  /** Of the rule or the relation; of a tenant, the attribute. */
  readonly name: string;
  /** In words. */
  readonly when: string;
  /** Whom it is about; `null`: everybody. */
  readonly roles: readonly string[] | null;
}

/** How a policy is written down. It changes with what is compared. */
const format = 1;

/** A role, and those that whoever has it has by inheritance, through others too: `requireRole` lets them in. */
interface RoleLine {
  readonly role: string;
  readonly inherits: readonly string[];
}

/** A policy as far as it can be written down and compared. */
export interface Snapshot {
  readonly format: typeof format;
  readonly roles: readonly RoleLine[];
  readonly matrix: readonly RoleGrants[];
  /** For each permission the roles that grant it whatever the record, be it that a rule denies it for some. */
  readonly grants: Readonly<Record<string, readonly string[]>>;
  readonly rules: readonly RuleLine[];
}

/** The policy as it is now. */
export function takeSnapshot(policy: Policy): Snapshot {
  const grantsByRole = policy.roles.map(
    (role) => [role, new Set(policy.listGrants(policy.principal({ userId: '', roles: [role] })))] as const,
  );
  const rolesWith = (grant: string | null): readonly string[] | null =>
    grant === null ? null : grantsByRole.flatMap(([role, grants]) => (grants.has(grant) ? [role] : []));

  const rules = policy.permissions.flatMap((permission): readonly RuleLine[] => {
    const { tenant, denies, relations, allows } = policy.rulesOf(permission);
    const line = (effect: RuleLine['effect'], name: string, facts: (typeof allows)[number]): RuleLine => ({
      permission,
      effect,
      name,
      when: describeCondition(facts.when),
      roles: rolesWith(facts.grant),
    });
    return [
      ...(tenant === null
        ? []
        : [
            {
              permission,
              effect: 'tenant' as const,
              name: tenant,
              when: `resource.${tenant} is user.tenantId`,
              roles: null,
            },
          ]),
      ...denies.map((rule) => line('deny', rule.name, rule)),
      ...relations.map(({ relation, grant, when }) =>
        line('relation', relation, { name: relation, grant, when }),
      ),
      ...allows.map((rule) => line('allow', rule.name, rule)),
    ];
  });
  const grants = policy.permissions.map((permission) => [permission, rolesWith(permission) ?? []] as const);
  const roles = policy.roles.map((role) => ({
    role,
    inherits: policy.roles.filter((one) => one !== role && policy.hasRole([role], one)),
  }));
  return { format, roles, matrix: policy.matrix(), grants: Object.fromEntries(grants), rules };
}

const schema: z.ZodType<Snapshot> = z.object({
  format: z.literal(format),
  roles: z.array(z.object({ role: z.string(), inherits: z.array(z.string()) })),
  matrix: z.array(
    z.object({
      role: z.string(),
      permissions: z.record(z.string(), z.enum(['always', 'sometimes', 'never'])),
    }),
  ),
  grants: z.record(z.string(), z.array(z.string())),
  rules: z.array(
    z.object({
      permission: z.string(),
      effect: z.enum(['tenant', 'deny', 'relation', 'allow']),
      name: z.string(),
      when: z.string(),
      roles: z.array(z.string()).nullable(),
    }),
  ),
});

/** A policy as it was saved. @throws `Error` saying what is wrong. */
export async function readSnapshot(file: string): Promise<Snapshot> {
  const text = await readFile(file, 'utf8');
  const result = schema.safeParse(parse(file, text));
  if (!result.success)
    throw new Error(
      `${file} is not from matrix --format json of this version:\n${z.prettifyError(result.error)}`,
    );
  return result.data;
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: expected JSON: ${(error as Error).message}`);
  }
}
