import type {
  AnyRecord,
  Asker,
  Expression,
  Kinds,
  Operand,
  PolicySketch,
  ResourceSketch,
  RuleSketch,
} from './policy-sketch.js';

/** Why the reference said what it said. */
export type Verdict = 'denied' | 'wrong tenant' | 'by role' | 'by relation' | 'by rule' | 'nothing';

/**
 * The decision, in the slowest and plainest way: the text of the documentation, word by word, with sets of texts, a tree with
 * negations in it, and `null` for unknown. It shares no line with the library.
 */
export function judge(sketch: PolicySketch, asker: Asker, permission: string, record: AnyRecord): Verdict {
  const resource = permission.split(':')[0] as string;
  const roles = rolesOf(sketch, asker.roles);
  const about = (effect: RuleSketch['effect']) =>
    sketch.rules.filter(
      (rule) =>
        rule.effect === effect &&
        rule.to.some((target) => target === permission || target === `${resource}:*`) &&
        (rule.for === null || rule.for.some((role) => roles.has(role))),
    );
  const { relations, tenant, attributes } = sketch.resources[resource] as ResourceSketch;
  const facts: Facts = { user: read(sketch.user, asker.attributes), record: read(attributes, record), asker };
  const truthOf = ({ when }: RuleSketch) => (when === null ? true : evaluate(when, facts));

  if (about('deny').some((rule) => truthOf(rule) !== false)) return 'denied';
  const isOfTenant =
    tenant === null ||
    (typeof record[tenant] === 'string' && record[tenant] !== '' && record[tenant] === asker.tenantId);
  if (!isOfTenant) return 'wrong tenant';
  const grants = grantsOf(sketch, asker);
  if (['*', `${resource}:*`, permission].some((grant) => grants.has(grant))) return 'by role';
  const holds = ([relation, attribute]: readonly [string, string]) =>
    [`${permission}@${relation}`, `${resource}:*@${relation}`].some((grant) => grants.has(grant)) &&
    asker.userId !== '' &&
    (Array.isArray(record[attribute])
      ? attributes[attribute] === 'string[]' && record[attribute].some((one) => one === asker.userId)
      : attributes[attribute] === 'string' && record[attribute] === asker.userId);
  if (Object.entries(relations).some(holds)) return 'by relation';
  return about('allow').some((rule) => truthOf(rule) === true) ? 'by rule' : 'nothing';
}

/** The roles and all that they inherit from. */
export function rolesOf(sketch: PolicySketch, names: readonly string[]): ReadonlySet<string> {
  const known = names.filter((name) => Object.hasOwn(sketch.roles, name));
  const inherited = known.flatMap((name) => [...rolesOf(sketch, sketch.roles[name]?.inherits ?? [])]);
  return new Set([...known, ...inherited]);
}

/** Whether what was granted at run time would be more without the roles: a deny rule of theirs is about it. */
export function isFreeWithoutRoles(sketch: PolicySketch, asker: Asker): boolean {
  const roles = rolesOf(sketch, asker.roles);
  const given = new Set(asker.grants.map((grant) => grant.split('@')[0] as string));
  return sketch.rules
    .filter((rule) => rule.effect === 'deny' && rule.for?.some((role) => roles.has(role)) === true)
    .flatMap((rule) => rule.to)
    .some((target) => {
      const resource = target.split(':')[0] as string;
      const isWhole = target === `${resource}:*`;
      return [...given].some(
        (grant) =>
          grant === '*' ||
          grant === `${resource}:*` ||
          (isWhole ? grant.startsWith(`${resource}:`) : grant === target),
      );
    });
}

function grantsOf(sketch: PolicySketch, asker: Asker): ReadonlySet<string> {
  const grants = new Set(asker.grants);
  for (const role of rolesOf(sketch, asker.roles)) {
    for (const grant of sketch.roles[role]?.can ?? []) grants.add(grant);
    for (const [resource, line] of Object.entries(sketch.matrix))
      for (const action of line[role] ?? []) grants.add(`${resource}:${action}`);
  }
  return grants;
}

type Truth = boolean | null;
type Value = string | number | boolean | readonly unknown[] | null;

/** What is known of whoever asks and of the record. */
interface Facts {
  readonly user: Readonly<Record<string, Value>>;
  readonly record: Readonly<Record<string, Value>>;
  readonly asker: Asker;
}

function evaluate(expression: Expression, facts: Facts): Truth {
  const evaluatePart = (part: Expression) => evaluate(part, facts);
  if ('not' in expression) {
    const truth = evaluatePart(expression.not);
    return truth === null ? null : !truth;
  }
  if ('and' in expression) {
    const truths = expression.and.map(evaluatePart);
    return truths.includes(false) ? false : truths.includes(null) ? null : true;
  }
  if ('or' in expression) {
    const truths = expression.or.map(evaluatePart);
    return truths.includes(true) ? true : truths.includes(null) ? null : false;
  }
  const { ask, about, than } = expression;
  const left = readOperand(about, facts);
  if (ask === 'isMissing') return left === null;
  if (ask === 'isTrue' || ask === 'isFalse') return left === null ? null : left === (ask === 'isTrue');
  const right = than === undefined ? null : readOperand(than, facts);
  if (left === null || right === null) return null;
  switch (ask) {
    case 'equals':
      return left === right;
    case 'differs':
      return left !== right;
    case 'isBelow':
    case 'isBefore':
      return left < right;
    case 'isAtMost':
      return left <= right;
    case 'isAbove':
    case 'isAfter':
      return left > right;
    case 'isAtLeast':
      return left >= right;
    case 'isOneOf':
      return isIn(left, right as readonly unknown[]);
    case 'includes':
      return isIn(right, left as readonly unknown[]);
    default:
      throw new Error(`the reference knows no ${ask}`);
  }
}

/** As a row of `item = value` with `or` between them. */
function isIn(item: unknown, list: readonly unknown[]): Truth {
  let truth: Truth = false;
  for (let at = 0; at < list.length; at += 1) {
    const value = list[at];
    if (value === item) return true;
    if (typeof value !== typeof item || (typeof value === 'number' && !Number.isFinite(value))) truth = null;
  }
  return truth;
}

function readOperand(operand: Operand, facts: Facts): Value {
  const { userId, tenantId, now } = facts.asker;
  if (operand === 'now') return now.getTime();
  if ('value' in operand)
    return operand.value instanceof Date ? operand.value.getTime() : (operand.value as Value);
  if ('date' in operand) {
    const date = readOperand(operand.date, facts);
    const days = readOperand(operand.days, facts);
    if (date === null || days === null) return null;
    const ms = Math.round(Number(date) + Number(days) * (operand.back ? -1 : 1) * (24 * 60 * 60 * 1000));
    return Number.isNaN(new Date(ms).getTime()) ? null : ms;
  }
  const { of, name } = operand;
  // Nobody is not the nobody of a record.
  if (of === 'user' && name === 'id') return userId === '' ? null : userId;
  if (of === 'user' && name === 'tenantId') return tenantId === '' ? null : tenantId;
  return facts[of][name] ?? null;
}

/** What is of the kind that it should be; all else is unknown. */
function read(kinds: Kinds, values: Readonly<Record<string, unknown>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, known(kind, values[name])]));
}

function known(kind: Kinds[string], value: unknown): Value {
  if (kind === 'string[]' || kind === 'number[]') return Array.isArray(value) ? value : null;
  if (kind === 'date') {
    const ms = value instanceof Date ? value.getTime() : Number.NaN;
    return Number.isNaN(ms) ? null : ms;
  }
  if (kind === 'number' && !Number.isFinite(value)) return null;
  return typeof value === (typeof kind === 'string' ? kind : 'string') ? (value as Value) : null;
}
