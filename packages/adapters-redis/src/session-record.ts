import { createHash } from 'node:crypto';
import type {
  CreateSessionCommand,
  DeviceRecord,
  SessionEndReason,
  SessionRecord,
} from '@tessera-auth/core/stores';
import { userOf } from './keys.js';

/** Field and value by turns, as Redis gives a hash. */
export type FlatHash = readonly string[];

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

/** The session, or `null` for an empty hash. */
export function readSession(id: string, flat: FlatHash): SessionRecord | null {
  const fields = readFields(flat);
  const owner = fields.get('owner');
  if (owner === undefined) return null;

  const text = (name: string): string => fields.get(name) ?? '';
  const number = (name: string): number => Number(text(name));
  const instant = (name: string): Date => new Date(number(name));
  const optionalInstant = (name: string): Date | null => (fields.has(name) ? instant(name) : null);
  const [device, browser, os, ip, userAgent] = JSON.parse(text('facts')) as Facts;
  return {
    ...userOf(owner),
    ...{ id, device, browser, os, ip, userAgent },
    userEpoch: number('userEpoch'),
    tenantEpoch: number('tenantEpoch'),
    generation: number('generation'),
    secretHash: text('secretHash'),
    nonce: text('nonce'),
    keyId: text('keyId'),
    rotatedAt: instant('rotatedAt'),
    hardRotatedAt: optionalInstant('hardRotatedAt'),
    createdAt: instant('createdAt'),
    lastSeenAt: instant('lastSeenAt'),
    idleLifetimeMs: number('idleLifetimeMs'),
    idleExpiresAt: instant('idleExpiresAt'),
    absoluteExpiresAt: instant('absoluteExpiresAt'),
    authTime: instant('authTime'),
    amr: JSON.parse(text('amr')) as string[],
    endedAt: optionalInstant('endedAt'),
    endReason: (fields.get('endReason') as SessionEndReason | undefined) ?? null,
  };
}

/** The session of a script that always gives one. */
export function requireSession(id: string, flat: FlatHash): SessionRecord {
  const session = readSession(id, flat);
  if (session === null) throw new Error('Redis gave no session where there must be one');
  return session;
}
