import type { AttributeKind, AttributeKinds, Policy, PrincipalFacts } from '@tessera-auth/core/authorization';
import { z } from 'zod';

type Facts = PrincipalFacts<{ user: AttributeKinds; resources: Record<never, never>; role: string }>;

const userSchema = z.strictObject({
  userId: z.string(),
  tenantId: z.string().default(''),
  roles: z.array(z.string()),
  attributes: z.record(z.string(), z.unknown()).default({}),
  /** What roles made at run time grant. */
  grants: z.array(z.string()).default([]),
});

const recordSchema = z.record(z.string(), z.unknown());
const instantSchema = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/** Who asks, and what was odd about how it was said. @throws `Error` saying what is wrong. */
export function readUser(
  policy: Policy,
  json: string,
): { readonly facts: Facts; readonly notes: readonly string[] } {
  const { userId, tenantId, roles, attributes, grants } = parse('--user', json, userSchema);
  const unknown = grants.filter((grant) => !policy.isGrant(grant));
  if (unknown.length > 0) throw new Error(`--user: there is nothing like ${unknown.join(', ')} to grant`);
  const converted = convert('user', policy.userAttributes, attributes);
  return {
    facts: {
      userId,
      tenantId,
      roles,
      attributes: converted.value as never,
      grants: grants.length === 0 ? null : policy.encodeGrants(grants),
    },
    notes: [
      ...roles
        .filter((role) => !policy.isRole(role))
        .map((role) => `the policy has no role ${role}, it grants nothing`),
      ...converted.notes,
    ],
  };
}

/** The record that a decision is about, and what was odd about it. @throws `Error` saying what is wrong. */
export function readRecord(policy: Policy, permission: `${string}:${string}`, json: string): Converted {
  const { resource } = policy.rulesOf(permission);
  const kinds = policy.resources[resource]?.attributes ?? {};
  return convert('resource', kinds, parse('--record', json, recordSchema));
}

/** A date or a time with its zone. @throws `Error` for anything else. */
export function readInstant(owner: string, value: unknown): Date {
  const { success, data } = instantSchema.safeParse(value);
  if (!success) throw new Error(`${owner}: expected an instant such as 2026-01-31T09:30:00Z`);
  return new Date(data);
}

interface Converted {
  readonly value: object;
  readonly notes: readonly string[];
}

/** JSON has no dates, so texts become such where the policy says that there is one. */
function convert(owner: string, kinds: AttributeKinds, given: Readonly<Record<string, unknown>>): Converted {
  const notes: string[] = [];
  const entries = Object.entries(given).map(([name, value]) => {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      notes.push(`the policy declares no ${owner}.${name}, nothing looks at it`);
      return [name, value];
    }
    if (value === null) return [name, value];
    if (kind === 'date') return [name, readInstant(`${owner}.${name}`, value)];
    if (!isOfKind(kind, value)) notes.push(`${owner}.${name} is no ${nameOf(kind)}, the decision may differ`);
    return [name, value];
  });
  return { value: Object.fromEntries(entries), notes };
}

function isOfKind(kind: Exclude<AttributeKind, 'date'>, value: unknown): boolean {
  const isListOf = (type: string) => Array.isArray(value) && value.every((item) => typeof item === type);
  if (typeof kind !== 'string') return kind.includes(value as string);
  if (kind === 'string[]') return isListOf('string');
  return kind === 'number[]' ? isListOf('number') : typeof value === kind;
}

function nameOf(kind: AttributeKind): string {
  return typeof kind === 'string' ? kind : kind.map((text) => JSON.stringify(text)).join(' or ');
}

function parse<T>(owner: string, json: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`${owner}: expected JSON: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new Error(`${owner}:\n${z.prettifyError(result.error)}`);
  return result.data;
}
