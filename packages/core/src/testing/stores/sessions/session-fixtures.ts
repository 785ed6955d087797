import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Random } from '../../../crypto/random.js';
import type { RevocationSubject } from '../../../stores/revocation.js';
import type {
  CreateSessionCommand,
  RefreshSecret,
  RotateCommand,
  RotateOutcome,
  SessionRecord,
  SessionStore,
} from '../../../stores/session-store.js';
import { createTaggedId } from '../../../stores/tagged-id.js';
import type { UserRef } from '../../../stores/user-store.js';

/** The windows of every rotation here, as the product sets them. */
export const windows = {
  floorMs: 12_000,
  graceMs: 10_000,
  recoveryMs: 86_400_000,
  accessTokenMs: 905_000,
};

/** The lifetimes of every session here. */
export const lifetimes = { idleLifetimeMs: 7 * 86_400_000, absoluteLifetimeMs: 90 * 86_400_000 };

/** The user that owns a session unless a case says otherwise. */
export const ada: UserRef = { tenantId: 'acme', userId: 'ada' };

/** Another user of the same tenant. */
export const bob: UserRef = { tenantId: 'acme', userId: 'bob' };

/** The same user id in another tenant: another person. */
export const otherAda: UserRef = { tenantId: 'globex', userId: 'ada' };

/** How many callers race. */
export const racers = 24;

/** `count` calls begun before any is awaited. */
export function inParallel<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}

/** The session id that `label` stands for, in the form the core gives it: with the tag of its user. */
export function sessionIdFor(user: UserRef, label: string): string {
  const random: Random = { bytes: (size) => digest(`session ${label}`).subarray(0, size) };
  return createTaggedId(user, random);
}

/** {@link sessionIdFor} a session of {@link ada}. */
export function sessionIdOf(label: string): string {
  return sessionIdFor(ada, label);
}

/** An access token of a session of {@link ada}, issued at a user epoch. */
export function accessToken(label: string, userEpoch = 0): RevocationSubject {
  return {
    ...ada,
    jti: `of ${label}`,
    sessionId: sessionIdOf(label),
    userEpoch,
    tenantEpoch: 0,
    rolesVersion: 0,
  };
}

/** The secret of generation 0 is `s0` unless a case says otherwise. */
export function secretOf(label: string): RefreshSecret {
  return {
    secretHash: digest(`secret ${label}`).toString('base64url'),
    nonce: digest(`nonce ${label}`).subarray(0, 16).toString('base64url'),
    keyId: 'k1',
  };
}

/** A command that creates the session `label` of {@link ada}, with secret `s0`. */
export function newSession(label: string, change: Partial<CreateSessionCommand> = {}): CreateSessionCommand {
  return {
    ...ada,
    ...secretOf('s0'),
    ...lifetimes,
    id: sessionIdFor({ ...ada, ...change }, label),
    device: 'Apple iPhone',
    browser: 'Mobile Safari',
    os: 'iOS',
    authTime: new Date('2030-01-02T03:04:00.001Z'),
    amr: ['pwd'],
    ip: '203.0.113.7',
    userAgent: 'Mozilla/5.0',
    expectedEpochs: { userEpoch: 0, tenantEpoch: 0 },
    maxSessions: 100,
    accessTokenMs: windows.accessTokenMs,
    ...change,
  };
}

/** Creates a session and insists on it. */
export async function createSession(
  sessions: SessionStore,
  label: string,
  change: Partial<CreateSessionCommand> = {},
): Promise<SessionRecord> {
  const outcome = await sessions.create(newSession(label, change));
  assert.ok(outcome.kind === 'created', `the session was not created: ${outcome.kind}`);
  return outcome.session;
}

/**
 * A command that presents the token of a generation: secret `s<generation>`, answered with `s<generation + 1>`.
 *
 * A client that sends again gets another candidate from the core, so such a case names its own `next`.
 */
export function presentation(
  label: string,
  generation: number,
  change: Partial<RotateCommand> & { readonly secret?: string } = {},
): RotateCommand {
  const { secret = `s${generation}`, ...rest } = change;
  return {
    ...windows,
    ...ada,
    sessionId: sessionIdOf(label),
    generation,
    secretHash: secretOf(secret).secretHash,
    next: secretOf(`s${generation + 1}`),
    attemptHash: null,
    ...rest,
  };
}

/** A command that rotates a session of {@link ada} hard, to secret `hard`. */
export function hardRotation(label: string, next = 'hard', endsOthers = false) {
  return {
    ...ada,
    sessionId: sessionIdOf(label),
    next: secretOf(next),
    endsOthers,
    accessTokenMs: windows.accessTokenMs,
  };
}

/** A command that ends a session of {@link ada}. */
export function ending(label: string) {
  return {
    ...ada,
    sessionId: sessionIdOf(label),
    reason: 'signed_out' as const,
    accessTokenMs: windows.accessTokenMs,
  };
}

/** A command that raises an epoch. */
export function raising(commandId: string) {
  return { commandId, accessTokenMs: windows.accessTokenMs };
}

/** The ids of a user's live sessions, page by page. */
export async function listIds(sessions: SessionStore, user: UserRef = ada, limit = 100): Promise<string[]> {
  const ids: string[] = [];
  let after: Parameters<SessionStore['list']>[1]['after'] = null;
  do {
    const page = await sessions.list(user, { limit, after });
    assert.ok(
      page.sessions.length <= limit,
      `a page of ${page.sessions.length} where ${limit} was the limit`,
    );
    ids.push(...page.sessions.map(({ id }) => id));
    after = page.next;
  } while (after !== null);
  return ids;
}

/** How many outcomes there are of each kind. */
export function countKinds(outcomes: readonly RotateOutcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The sessions that outcomes carry. */
export function sessionsOf(outcomes: readonly RotateOutcome[]): SessionRecord[] {
  return outcomes.flatMap((outcome) => (outcome.kind === 'invalid' ? [] : [outcome.session]));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
