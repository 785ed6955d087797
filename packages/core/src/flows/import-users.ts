import { systemClock } from '../clock.js';
import { sha256 } from '../crypto/hash.js';
import { createId } from '../crypto/random.js';
import { isStorableText } from '../stores/storable-ids.js';
import type { UserStore } from '../stores/user-store.js';
import {
  type CheckedRow,
  checkRow,
  type ImportedUser,
  type ImportProblemCode,
  type SourceRow,
} from './import-row.js';

/** Users of another system: an array, anything that gives one after the other, or a reader of a file. */
export type ImportSource = Iterable<ImportedUser> | AsyncIterable<ImportedUser | SourceRow>;

/** Where to: `auth`, which knows the roles of its policy, or stores alone, which take any. */
export type ImportTarget =
  | {
      readonly stores: { readonly users: UserStore };
      readonly policy?: {
        /** Whether there is a role of this name. */
        isRole(name: string): boolean;
      };
      /** The instant that confirmed addresses are dated with. */
      now?(): Date;
    }
  | { readonly users: UserStore };

/** A row that was not imported. Never holds what stands in it. */
export interface ImportProblem {
  /** Of the file, from 1; without a file the place in the source, from 1. */
  readonly line: number;
  readonly code: ImportProblemCode;
}

/** How far an import has come. */
export interface ImportProgress {
  /** The last line that was dealt with. */
  readonly line: number;
  readonly created: number;
  /** Accounts that were there before, which stay as they are. */
  readonly unchanged: number;
  readonly refused: number;
}

/** What became of an import. */
export interface ImportReport extends ImportProgress {
  /** In the order of their lines; the first 1,000. `onProblem` hears of all. */
  readonly problems: readonly ImportProblem[];
}

/** How users are imported. */
export interface ImportUsersOptions {
  /** Default `''`. */
  readonly tenantId?: string;
  /** How many rows are stored at the same time: 1 to 100, default 10. */
  readonly concurrency?: number;
  /** Told after every few rows, and waited for. */
  readonly onProgress?: (progress: ImportProgress) => void | Promise<void>;
  /** Told of every row that is refused. */
  readonly onProblem?: (problem: ImportProblem) => void;
}

interface PendingRow {
  readonly line: number;
  readonly row: CheckedRow | ImportProblemCode;
  readonly isRepeated: boolean;
}

const maxProblems = 1000;

/**
 * Makes accounts of the users of another system, with their ids and password hashes where they bring them.
 *
 * An account that is there stays as it is, so the same source again changes nothing, and an import that was interrupted is
 * finished by running it once more. It checks no permission, records no event and sends nothing. Needs the memory of a few rows,
 * and of a number for each.
 *
 * @throws `TypeError` for an option that is not acceptable; `AuthError` `store_unavailable`; whatever the source throws.
 */
export async function importUsers(
  target: ImportTarget,
  source: ImportSource,
  options: ImportUsersOptions = {},
): Promise<ImportReport> {
  const { tenantId = '', concurrency = 10, onProgress, onProblem } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 100)
    throw new TypeError('concurrency: expected 1 to 100');
  const { users } = 'users' in target ? target : target.stores;
  const { policy, now = () => new Date(systemClock.now()) } = 'users' in target ? {} : target;
  const isRole = (name: string): boolean =>
    policy === undefined ? name !== '' && isStorableText(name) : policy.isRole(name);

  const seen = new Set<number>();
  const problems: ImportProblem[] = [];
  let progress: ImportProgress = { line: 0, created: 0, unchanged: 0, refused: 0 };

  const finish = async (pending: readonly PendingRow[]): Promise<void> => {
    const outcomes = await Promise.all(pending.map((row) => store(users, tenantId, row, now)));
    for (const [at, { line }] of pending.entries()) {
      const outcome = outcomes[at] ?? 'row_malformed';
      if (outcome === 'created' || outcome === 'unchanged') {
        progress = { ...progress, line, [outcome]: progress[outcome] + 1 };
        continue;
      }
      const problem = { line, code: outcome };
      if (problems.length < maxProblems) problems.push(problem);
      onProblem?.(problem);
      progress = { ...progress, line, refused: progress.refused + 1 };
    }
    await onProgress?.(progress);
  };

  let pending: PendingRow[] = [];
  for await (const { line, ...given } of numberRows(source)) {
    const row = 'problem' in given ? given.problem : checkRow(given.user, isRole);
    const mark = typeof row === 'string' ? null : markOf(row.email.canonical);
    const isRepeated = mark !== null && seen.has(mark);
    if (mark !== null) seen.add(mark);
    // Of two that want the same, the first in the source gets it.
    if (isRepeated || pending.some((other) => wantSameId(other.row, row))) {
      await finish(pending);
      pending = [];
    }
    pending.push({ line, row, isRepeated });
    if (pending.length < concurrency) continue;
    await finish(pending);
    pending = [];
  }
  if (pending.length > 0) await finish(pending);
  return { ...progress, problems };
}

async function* numberRows(source: ImportSource): AsyncGenerator<SourceRow> {
  let line = 0;
  for await (const row of source) {
    line += 1;
    yield isSourceRow(row) ? row : { line, user: row };
  }
}

function isSourceRow(row: unknown): row is SourceRow {
  return typeof row === 'object' && row !== null && 'line' in row;
}

function wantSameId(one: PendingRow['row'], other: PendingRow['row']): boolean {
  if (typeof one === 'string' || typeof other === 'string') return false;
  return one.userId !== null && one.userId === other.userId;
}

/** 52 bits of a digest: a million addresses need megabytes so, and two of them meet in one of ten thousand imports. */
function markOf(canonicalEmail: string): number {
  return Number.parseInt(
    Buffer.from(sha256(canonicalEmail), 'base64url').toString('hex', 0, 7).slice(0, 13),
    16,
  );
}

async function store(
  users: UserStore,
  tenantId: string,
  { row, isRepeated }: PendingRow,
  now: () => Date,
): Promise<'created' | 'unchanged' | ImportProblemCode> {
  if (typeof row === 'string') return row;
  const { email, emailVerified, userId, passwordHash, name, roles } = row;
  // Asked first: `create` gives an account of the same id and address back as if it were new.
  const known = await users.findByEmail(tenantId, email.canonical);
  if (known !== null && isRepeated) return 'row_repeated';
  if (known !== null) return userId === null || userId === known.userId ? 'unchanged' : 'email_taken';
  const created = await users.create({
    tenantId,
    userId: userId ?? createId(),
    email: email.address,
    canonicalEmail: email.canonical,
    emailVerifiedAt: emailVerified ? now() : null,
    name,
    roles,
    passwordHash,
  });
  if (created !== null) return 'created';
  const isIdTaken = userId !== null && (await users.find({ tenantId, userId })) !== null;
  return isIdTaken ? 'user_id_taken' : 'email_taken';
}
