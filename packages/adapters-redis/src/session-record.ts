import { createHash } from 'node:crypto';
import type {
  CreateSessionCommand,
  DeviceRecord,
  SessionEndReason,
  SessionRecord,
} from '@tessera-auth/core/stores';
import { userOf } from './keys.js';
import type { sessionFields } from './scripts/session-fields.js';

/** Field and value by turns, as Redis gives a hash. */
export type FlatHash = readonly string[];

type ValuesOf<Fields extends readonly string[]> = { readonly [Index in keyof Fields]: string | false };

/** The values of a session, in the order of {@link sessionFields}; `false` for what is missing. */
type SessionValues = ValuesOf<typeof sessionFields>;

/** What scripts never look into, in one field. */
type Facts = readonly [
  device: string | null,
  browser: string | null,
  os: string | null,
  ip: string | null,
  userAgent: string | null,
];

/** The fields of a new session that the script only stores. */
export function fieldsOf(command: CreateSessionCommand): readonly string[] {
  const facts: Facts = [command.device, command.browser, command.os, command.ip, command.userAgent];
  return [
    ...['secretHash', command.secretHash, 'nonce', command.nonce, 'keyId', command.keyId],
    ...['authTime', String(command.authTime.getTime())],
    ...['amr', JSON.stringify(command.amr), 'facts', JSON.stringify(facts)],
  ];
}

/** Short, and the same for the same device: 128 bits are enough to tell a user's own devices apart. */
export function deviceDigest({ device, browser, os }: DeviceRecord): string {
  const text = JSON.stringify([device, browser, os]);
  return createHash('sha256').update(text).digest().toString('base64url', 0, 16);
}

/** The fields by name. */
export function readFields(flat: FlatHash): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let index = 0; index < flat.length; index += 2) fields.set(flat[index] ?? '', flat[index + 1] ?? '');
  return fields;
}

/** The session that a script showed, or `null` where there is none. */
export function readSession(id: string, shown: string): SessionRecord | null {
  if (shown === '') return null;
  // biome-ignore format: in the order of `sessionFields`
  const [
    owner, generation, userEpoch, tenantEpoch, secretHash, nonce, keyId, rotatedAt, hardRotatedAt, createdAt,
    lastSeenAt, idleLifetimeMs, idleExpiresAt, absoluteExpiresAt, authTime, amr, facts, endedAt, endReason,
  ] = JSON.parse(shown) as SessionValues;
  if (owner === false) return null;
  const { tenantId, userId } = userOf(owner);
  const [device, browser, os, ip, userAgent] = JSON.parse(facts || '') as Facts;
  return {
    id,
    tenantId,
    userId,
    device,
    browser,
    os,
    ip,
    userAgent,
    userEpoch: Number(userEpoch),
    tenantEpoch: Number(tenantEpoch),
    generation: Number(generation),
    secretHash: secretHash || '',
    nonce: nonce || '',
    keyId: keyId || '',
    rotatedAt: instant(rotatedAt),
    hardRotatedAt: optionalInstant(hardRotatedAt),
    createdAt: instant(createdAt),
    lastSeenAt: instant(lastSeenAt),
    idleLifetimeMs: Number(idleLifetimeMs),
    idleExpiresAt: instant(idleExpiresAt),
    absoluteExpiresAt: instant(absoluteExpiresAt),
    authTime: instant(authTime),
    amr: JSON.parse(amr || '') as string[],
    endedAt: optionalInstant(endedAt),
    endReason: (endReason || null) as SessionEndReason | null,
  };
}

/** The session of a script that always gives one. */
export function requireSession(id: string, shown: string): SessionRecord {
  const session = readSession(id, shown);
  if (session === null) throw new Error('Redis gave no session where there must be one');
  return session;
}

function instant(value: string | false): Date {
  return new Date(Number(value));
}

function optionalInstant(value: string | false): Date | null {
  return value === false ? null : instant(value);
}
