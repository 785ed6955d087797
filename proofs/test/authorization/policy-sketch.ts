import { definePolicy, type Policy, type Principal, type When } from '@tessera-auth/core/authorization';

/** A policy as plain data, negations and all: what is random, what the reference reads, and what the builder is given. */
export interface PolicySketch {
  /** The attributes of users. */
  readonly user: Kinds;
  readonly resources: Readonly<Record<string, ResourceSketch>>;
  readonly roles: Readonly<Record<string, RoleSketch>>;
  readonly matrix: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly rules: readonly RuleSketch[];
}

/** A resource. */
export interface ResourceSketch {
  readonly actions: readonly string[];
  readonly attributes: Kinds;
  /** Attributes by relation. */
  readonly relations: Readonly<Record<string, string>>;
  /** The attribute that holds the tenant, or `null`. */
  readonly tenant: string | null;
}

/** The kinds of attributes, those with named texts aside. */
export type Kind = 'string' | 'number' | 'boolean' | 'date' | 'string[]' | 'number[]';

/** Kinds by attribute. */
export type Kinds = Readonly<Record<string, Kind | readonly [string, ...string[]]>>;

/** A role. */
export interface RoleSketch {
  readonly inherits: readonly string[];
  readonly can: readonly string[];
}

/** A rule. */
export interface RuleSketch {
  readonly effect: 'allow' | 'deny';
  readonly to: readonly string[];
  readonly for: readonly string[] | null;
  readonly when: Expression | null;
}

/** Something that is true, false or unknown. */
export type Expression =
  | { readonly not: Expression }
  | { readonly and: readonly Expression[] }
  | { readonly or: readonly Expression[] }
  | { readonly ask: string; readonly about: Operand; readonly than?: Operand };

/** Something that has a value, or none. */
export type Operand =
  | { readonly of: 'user' | 'record'; readonly name: string }
  | { readonly value: unknown }
  | { readonly date: Operand; readonly days: Operand; readonly back: boolean }
  | 'now';

/** Who asks. */
export interface Asker {
  readonly userId: string;
  readonly tenantId: string;
  readonly roles: readonly string[];
  /** Given beside the roles, as roles made at run time give them. */
  readonly grants: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly now: Date;
}

/** A record, or what an attacker made of it. */
export type AnyRecord = Readonly<Record<string, unknown>>;

/** The policy, made with the library's own builder. */
export function buildPolicy(sketch: PolicySketch): Policy {
  const resources = Object.entries(sketch.resources).map(([name, { tenant, ...resource }]) => {
    return [name, { ...resource, ...(tenant === null ? {} : { tenant }) }] as const;
  });
  const define = definePolicy as unknown as (definition: unknown) => Policy;
  return define({
    user: sketch.user,
    resources: Object.fromEntries(resources),
    roles: sketch.roles,
    matrix: sketch.matrix,
    rules: (builder: Record<'allow' | 'deny', (name: string, rule: unknown) => unknown>) =>
      sketch.rules.map(({ effect, to, for: roles, when }, index) =>
        builder[effect](`rule ${index}`, {
          to,
          ...(roles === null ? {} : { for: roles }),
          ...(when === null ? {} : { when: (facts: Facts) => buildExpression(when, facts) }),
        }),
      ),
  });
}

/** Whoever asks, as the library knows them. */
export function buildPrincipal(policy: Policy, { grants, attributes, ...facts }: Asker): Principal {
  return policy.principal({
    ...facts,
    // With what no attribute should be, as an attacker or a bug may have it.
    attributes: attributes as never,
    grants: grants.length === 0 ? null : policy.encodeGrants(grants),
  });
}

type AnyTerm = Readonly<Record<string, (other?: unknown) => never>>;

interface Facts {
  readonly user: Readonly<Record<string, AnyTerm>>;
  readonly resource: Readonly<Record<string, AnyTerm>>;
  readonly now: AnyTerm;
}

function buildExpression(expression: Expression, facts: Facts): When {
  const build = (part: Expression) => buildExpression(part, facts);
  if ('not' in expression) return build(expression.not).not();
  if ('and' in expression) {
    const [first, ...others] = expression.and.map(build);
    return (first as When).and(...others);
  }
  if ('or' in expression) {
    const [first, ...others] = expression.or.map(build);
    return (first as When).or(...others);
  }
  const ask = (buildOperand(expression.about, facts) as AnyTerm)[expression.ask];
  return ask?.(expression.than === undefined ? undefined : buildOperand(expression.than, facts)) as never;
}

function buildOperand(operand: Operand, facts: Facts): unknown {
  if (operand === 'now') return facts.now;
  if ('value' in operand) return operand.value;
  if ('of' in operand) return facts[operand.of === 'user' ? 'user' : 'resource'][operand.name];
  const date = buildOperand(operand.date, facts) as AnyTerm;
  return date[operand.back ? 'minusDays' : 'plusDays']?.(buildOperand(operand.days, facts));
}
