import { diffMatrices, type Extent } from '@tessera-auth/core/authorization';
import { describeRoles } from './format-text.js';
import type { RuleLine, Snapshot } from './snapshot.js';

/** What a change of a policy means for somebody. */
export interface Change {
  /** `changed`: a condition is another one, and nobody can tell from its words whether it allows more. */
  readonly direction: 'gained' | 'lost' | 'changed';
  /** Or the role that is inherited. */
  readonly permission: string;
  /** The role, or the rule, and whom it is about. */
  readonly of: string;
  readonly before: string;
  readonly after: string;
}

const extents: readonly Extent[] = ['never', 'sometimes', 'always'];

/** What changed, of roles first, then of rules. */
export function compareSnapshots(before: Snapshot, after: Snapshot): readonly Change[] {
  return [
    ...compareInheritance(before, after),
    ...compareMatrices(before, after),
    ...compareGrants(before, after),
    ...compareRules(before.rules, after.rules),
  ];
}

/** Grants do not tell: a role may inherit from one that grants nothing more, and is let in by its name. */
function compareInheritance(before: Snapshot, after: Snapshot): readonly Change[] {
  const list = (direction: 'gained' | 'lost', from: Snapshot, to: Snapshot): readonly Change[] =>
    to.roles.flatMap(({ role, inherits }) => {
      const known = from.roles.find((line) => line.role === role)?.inherits ?? [];
      const [was, is] = direction === 'gained' ? ['no', 'yes'] : ['yes', 'no'];
      return inherits
        .filter((name) => !known.includes(name))
        .map((name) => ({ direction, permission: `role “${name}”`, of: role, before: was, after: is }));
    });
  return [...list('gained', before, after), ...list('lost', after, before)];
}

function compareMatrices(before: Snapshot, after: Snapshot): readonly Change[] {
  return diffMatrices(before.matrix, after.matrix).map((change) => ({
    direction: extents.indexOf(change.after) > extents.indexOf(change.before) ? 'gained' : 'lost',
    permission: change.permission,
    of: change.role,
    before: change.before,
    after: change.after,
  }));
}

/** `sometimes` is what a role may over a relation, and also what it may whatever the record but where a rule denies it. */
function compareGrants(before: Snapshot, after: Snapshot): readonly Change[] {
  const extentIn = ({ matrix }: Snapshot, role: string, permission: string) =>
    matrix.find((line) => line.role === role)?.permissions[permission] ?? 'never';
  const whole = 'all records but those denied';
  const part = 'records that a relation or rule allows';
  const list = (direction: 'gained' | 'lost', from: Snapshot, to: Snapshot): readonly Change[] =>
    Object.entries(to.grants).flatMap(([permission, roles]) =>
      roles
        .filter((role) => from.grants[permission]?.includes(role) !== true)
        .filter((role) => [from, to].every((one) => extentIn(one, role, permission) === 'sometimes'))
        .map((role) =>
          direction === 'gained'
            ? { direction, permission, of: role, before: part, after: whole }
            : { direction, permission, of: role, before: whole, after: part },
        ),
    );
  return [...list('gained', before, after), ...list('lost', after, before)];
}

/** A matrix says `sometimes` before and after, whatever becomes of the conditions, so they are compared too. */
function compareRules(before: readonly RuleLine[], after: readonly RuleLine[]): readonly Change[] {
  const keyOf = ({ permission, effect, name }: RuleLine) => JSON.stringify([permission, effect, name]);
  const old = new Map(before.map((line) => [keyOf(line), line]));
  const current = new Map(after.map((line) => [keyOf(line), line]));
  return [...new Set([...old.keys(), ...current.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), current.get(key)];
    const direction = directionOf(was, is);
    const { permission, effect, name } = (is ?? was) as RuleLine;
    return direction === null
      ? []
      : [{ direction, permission, of: `${effect} “${name}”`, before: describe(was), after: describe(is) }];
  });
}

function directionOf(before: RuleLine | undefined, after: RuleLine | undefined): Change['direction'] | null {
  if (before !== undefined && after !== undefined && before.when !== after.when) return 'changed';
  const isWider = reachesMore(after, before);
  const isNarrower = reachesMore(before, after);
  if (isWider && isNarrower) return 'changed';
  if (!isWider && !isNarrower) return null;
  const effect = (before ?? after)?.effect;
  const doesAllow = effect === 'allow' || effect === 'relation';
  return isWider === doesAllow ? 'gained' : 'lost';
}

/** Whether one line is about somebody whom the other is not about. */
function reachesMore(line: RuleLine | undefined, other: RuleLine | undefined): boolean {
  const others = other === undefined ? [] : other.roles;
  if (line === undefined || others === null) return false;
  return line.roles === null || line.roles.some((role) => !others.includes(role));
}

function describe(line: RuleLine | undefined): string {
  if (line === undefined) return 'none';
  return `${line.when} (${describeRoles(line.roles)})`;
}
