import { createHash } from 'node:crypto';
import { type Revocation, tagOf, type UserRef } from '@tessera-auth/core/stores';
import type { HeldSession } from '../stores/commands.js';

/** Who has sessions. Everything in it follows from numbers, so that a database can make it up by itself as well. */
export interface Population {
  readonly sessions: number;
  /** Users with {@link sessionsPerUser} sessions each, the first ones. */
  readonly users: number;
  /** Users with {@link crowdSize} sessions each, after those. */
  readonly crowds: number;
}

/** What most users have. */
export const sessionsPerUser = 10;
/** What few users have. */
export const crowdSize = 10_000;

/** So many sessions, of which `crowds` users have a crowd each. */
export function createPopulation(sessions: number, crowds: number): Population {
  return { sessions, users: (sessions - crowds * crowdSize) / sessionsPerUser, crowds };
}

/** Whose session it is, by number. Beyond the population: of the first half of its users, by turns. */
export function ownerOf({ sessions, users, crowds }: Population, session: number): number {
  const ordinary = users * sessionsPerUser;
  if (session >= sessions) return session % (users / 2);
  return session < ordinary ? session % users : users + ((session - ordinary) % crowds);
}

/** The numbers of the sessions that a crowded user has. */
export function crowdOf({ users, crowds }: Population, crowd: number): number[] {
  return Array.from({ length: crowdSize }, (_, at) => users * sessionsPerUser + crowd + at * crowds);
}

/** A user by number. */
export function userAt(number: number): UserRef {
  return { tenantId: '', userId: digest(`user ${number}`, 16) };
}

/** A session by number, as it was created. */
export function sessionAt(population: Population, number: number): HeldSession {
  const user = userAt(ownerOf(population, number));
  const bytes = Buffer.concat([
    Buffer.from(tagOf(user), 'hex'),
    createHash('sha256').update(`session ${number}`).digest().subarray(0, 14),
  ]);
  return {
    ...user,
    id: bytes.toString('base64url'),
    generation: 0,
    secretHash: digest(`secret ${number}`, 32),
  };
}

/** A revocation by number: 70 % tokens, 20 % sessions, 10 % users, of nobody who has sessions here. */
export function revocationAt(number: number, until: Date): Revocation {
  const name = digest(`revoked ${number}`, 16);
  const kind = number % 10;
  if (kind < 7) return { kind: 'token', jti: name, until };
  if (kind < 9) return { kind: 'session', sessionId: name, until };
  return { kind: 'user', tenantId: '', userId: name, epoch: 1, exceptSessionId: null, until };
}

function digest(text: string, bytes: number): string {
  return createHash('sha256').update(text).digest().toString('base64url', 0, bytes);
}
