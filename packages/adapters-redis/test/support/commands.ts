import type {
  CreateOneTimeTokenCommand,
  Revocation,
  RevocationLog,
  RevocationLogPage,
  RevocationStore,
} from '@tessera-auth/core/stores';
import { sessionFixtures } from '@tessera-auth/core/testing';

const { ada, sessionIdFor } = sessionFixtures;

/** A command that creates a one-time token of Ada. */
export function newToken(label = 'mail'): CreateOneTimeTokenCommand {
  return {
    ...ada,
    id: sessionIdFor(ada, label),
    purpose: 'password_reset',
    secretHash: 'h'.repeat(43),
    data: '',
    lifetimeMs: 60_000,
    replacesOthers: true,
  };
}

/** The log that stores must have. */
export function requireLog({ log }: RevocationStore): RevocationLog {
  if (log === undefined) throw new Error('the revocations have no log');
  return log;
}

/** One page of a log that goes on. */
export async function readPage(log: RevocationLog, cursor: string | null): Promise<RevocationLogPage> {
  const answer = await log.read(cursor);
  if (answer.kind === 'lost') throw new Error('the log is lost');
  return answer;
}

/** Reads until there is no more. */
export async function readOn(
  log: RevocationLog,
  from: string | null = null,
): Promise<{ readonly cursor: string; readonly revocations: readonly Revocation[]; readonly pages: number }> {
  const revocations: Revocation[] = [];
  let cursor = from;
  for (let pages = 1; ; pages++) {
    const page = await readPage(log, cursor);
    revocations.push(...page.revocations);
    if (!page.hasMore) return { cursor: page.cursor, revocations, pages };
    cursor = page.cursor;
  }
}

/** The ids of single tokens, as often as they come. */
export function jtisOf(revocations: readonly Revocation[]): readonly string[] {
  return revocations.flatMap((entry) => (entry.kind === 'token' ? [entry.jti] : []));
}
