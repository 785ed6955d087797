import type { Expression, Operand, PolicySketch, RuleSketch } from './policy-sketch.js';

/** Who asks. */
export interface Asker {
  readonly userId: string;
  readonly tenantId: string;
  readonly roles: readonly string[];
  /** Given beside the roles. */
  readonly grants: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly now: Date;
}

/** A record, or what an attacker made of it. */
export type AnyRecord = Readonly<Record<string, unknown>>;

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
  const truthOf = ({ when }: RuleSketch) => (when === null ? true : evaluate(when, asker, record));

  if (about('deny').some((rule) => truthOf(rule) !== false)) return 'denied';
  const { hasTenant = false, relations = {} } = sketch.resources[resource] ?? {};
  const isOfTenant = typeof record.org === 'string' && record.org !== '' && record.org === asker.tenantId;
  if (hasTenant && !isOfTenant) return 'wrong tenant';
  const grants = grantsOf(sketch, asker);
  if (['*', `${resource}:*`, permission].some((grant) => grants.has(grant))) return 'by role';
  const holds = ([relation, attribute]: readonly [string, string]) =>
    [`${permission}@${relation}`, `${resource}:*@${relation}`].some((grant) => grants.has(grant)) &&
    asker.userId !== '' &&
    (attribute === 'watchers'
      ? Array.isArray(record.watchers) && record.watchers.some((one) => one === asker.userId)
      : record[attribute] === asker.userId);
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

function evaluate(expression: Expression, asker: Asker, record: AnyRecord): Truth {
  const evaluatePart = (part: Expression) => evaluate(part, asker, record);
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
  const left = readOperand(about, asker, record);
  if (ask === 'isMissing') return left === null;
  if (ask === 'isTrue' || ask === 'isFalse') return left === null ? null : left === (ask === 'isTrue');
  const right = than === undefined ? null : readOperand(than, asker, record);
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
    if (typeof value !== typeof item || Number.isNaN(value) || Math.abs(Number(value)) === Infinity)
      truth = null;
  }
  return truth;
}

type Value = string | number | boolean | readonly unknown[] | null;

const userTypes: Readonly<Record<string, string>> = {
  ...{ id: 'id', tenantId: 'id', tier: 'string', label: 'string', level: 'number' },
  ...{ verified: 'boolean', since: 'date', teams: 'list', ranks: 'list' },
};
const recordTypes: Readonly<Record<string, string>> = {
  ...{ owner: 'string', org: 'string', label: 'string', stage: 'string', watchers: 'list', ranks: 'list' },
  ...{ score: 'number', open: 'boolean', createdAt: 'date', dueAt: 'date' },
};

function readOperand(operand: Operand, asker: Asker, record: AnyRecord): Value {
  if (operand === 'now') return asker.now.getTime();
  if ('value' in operand)
    return operand.value instanceof Date ? operand.value.getTime() : (operand.value as Value);
  if ('date' in operand) {
    const date = readOperand(operand.date, asker, record);
    const days = readOperand(operand.days, asker, record);
    if (date === null || days === null) return null;
    const ms = Math.round(Number(date) + Number(days) * (operand.back ? -1 : 1) * 24 * 60 * 60 * 1000);
    return Number.isNaN(new Date(ms).getTime()) ? null : ms;
  }
  if (operand.of === 'record') return known(record[operand.name], recordTypes[operand.name]);
  const { userId, tenantId, attributes } = asker;
  return known({ ...attributes, id: userId, tenantId }[operand.name], userTypes[operand.name]);
}

function known(value: unknown, type: string | undefined): Value {
  if (type === 'id') return value === '' ? null : String(value);
  if (type === 'list') return Array.isArray(value) ? value : null;
  if (type === 'date') {
    const ms = value instanceof Date ? value.getTime() : Number.NaN;
    return Number.isNaN(ms) ? null : ms;
  }
  if (type === 'number' && !Number.isFinite(value)) return null;
  return typeof value === type ? (value as string | number | boolean) : null;
}
