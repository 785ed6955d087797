import { systemClock } from '../clock.js';
import { sha256 } from '../crypto/hash.js';
import { createId } from '../crypto/random.js';
import { isStorableText } from '../stores/storable-ids.js';
import type { NewUser, UserStore } from '../stores/user-store.js';
import type { FlowContext } from './flow-context.js';
import {
  type CheckedRow,
  checkRow,
  type ImportedUser,
  type ImportProblemCode,
  type SourceRow,
} from './import-row.js';

/** Users of another system: an array, anything that gives one after the other, or a reader of a file. */
export type ImportSource = Iterable<ImportedUser> | AsyncIterable<ImportedUser | SourceRow>;

/** Where to: `auth`, which knows the roles of its policy and records what it makes, or stores alone, which take any role and record nothing. */
export type ImportTarget =
  | {
      /** As `auth` has it. */
      importUsers(source: ImportSource, options?: ImportUsersOptions): Promise<ImportReport>;
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
  /** How many rows are dealt with at the same time, and recorded together: 1 to 100, default 10. */
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

/** What an import is made with. */
interface ImportPlace {
  readonly users: UserStore;
  readonly now: () => Date;
  readonly isRole: (name: string) => boolean;
  /** Makes accounts, and records those that it made. @returns in their order, whether each was made. */
  readonly createAll: (accounts: readonly NewUser[]) => Promise<readonly boolean[]>;
}

const maxProblems = 1000;

/**
 * Makes accounts of the users of another system, with their ids and password hashes where they bring them.
 *
 * An account that is there stays as it is, so the same source again changes nothing, and an import that was interrupted is
 * finished by running it once more. It checks no permission and sends nothing. Needs the memory of a few rows, and of a number for
 * each.
 *
 * @throws `TypeError` for an option that is not acceptable; `AuthError` `store_unavailable`; whatever the source throws.
 */
export async function importUsers(
  target: ImportTarget,
  source: ImportSource,
  options: ImportUsersOptions = {},
): Promise<ImportReport> {
  if ('importUsers' in target) return target.importUsers(source, options);
  const { users } = target;
  return importInto(
    {
      users,
      now: () => new Date(systemClock.now()),
      isRole: (name) => name !== '' && isStorableText(name),
      createAll: (accounts) => Promise.all(accounts.map((account) => create(users, account))),
    },
    source,
    options,
  );
}

/**
 * The same for an app: each account is recorded as `user_created`, those of a few rows in one step.
 *
 * Accounts and record are kept together or not at all where the stores share a database. Elsewhere a failure in between leaves the
 * accounts of a few rows unrecorded.
 */
export function importUsersOfApp(
  auth: FlowContext,
  source: ImportSource,
  options: ImportUsersOptions = {},
): Promise<ImportReport> {
  const { users, now, policy, audit } = auth;
  const recordAll = (kept: FlowContext, accounts: readonly NewUser[], areMade: readonly boolean[]) =>
    kept.record(
      ...accounts
        .filter((_, at) => areMade[at])
        .map(({ tenantId, userId }) => ({ type: 'user_created' as const, tenantId, userId })),
    );
  return importInto(
    {
      ...{ users, now, isRole: policy.isRole },
      async createAll(accounts) {
        if (audit !== null) {
          return auth.atomically(async (kept) => {
            const areMade: boolean[] = [];
            // One after the other, as a transaction takes them.
            for (const account of accounts) areMade.push(await create(kept.users, account));
            await recordAll(kept, accounts, areMade);
            return areMade;
          });
        }
        const areMade = await Promise.all(accounts.map((account) => create(users, account)));
        await recordAll(auth, accounts, areMade);
        return areMade;
      },
    },
    source,
    options,
  );
}

async function importInto(
  place: ImportPlace,
  source: ImportSource,
  options: ImportUsersOptions,
): Promise<ImportReport> {
  const { tenantId = '', concurrency = 10, onProgress, onProblem } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 100)
    throw new TypeError('concurrency: expected 1 to 100');
  const seen = new Set<number>();
  const problems: ImportProblem[] = [];
  let progress: ImportProgress = { line: 0, created: 0, unchanged: 0, refused: 0 };

  const finish = async (pending: readonly PendingRow[]): Promise<void> => {
    const outcomes = await storeAll(place, tenantId, pending);
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
    const row = 'problem' in given ? given.problem : checkRow(given.user, place.isRole);
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

type Outcome = 'created' | 'unchanged' | ImportProblemCode;

async function storeAll(
  place: ImportPlace,
  tenantId: string,
  pending: readonly PendingRow[],
): Promise<readonly Outcome[]> {
  const judged = await Promise.all(pending.map((row) => judge(place, tenantId, row)));
  // In one order for all, so that no two imports wait for each other in a circle.
  const wanted = judged
    .filter((verdict) => typeof verdict === 'object')
    .sort((a, b) => (a.canonicalEmail < b.canonicalEmail ? -1 : 1));
  const areMade = wanted.length === 0 ? [] : await place.createAll(wanted);
  return Promise.all(
    judged.map(async (verdict): Promise<Outcome> => {
      if (typeof verdict === 'string') return verdict;
      if (areMade[wanted.indexOf(verdict)] === true) return 'created';
      return (await place.users.find(verdict)) === null ? 'email_taken' : 'user_id_taken';
    }),
  );
}

/** The account that the row asks for, or what becomes of the row without one. */
async function judge(
  { users, now }: ImportPlace,
  tenantId: string,
  { row, isRepeated }: PendingRow,
): Promise<NewUser | Exclude<Outcome, 'created'>> {
  if (typeof row === 'string') return row;
  const { email, emailVerified, userId, passwordHash, name, roles } = row;
  // Asked first: `create` gives an account of the same id and address back as if it were new.
  const known = await users.findByEmail(tenantId, email.canonical);
  if (known !== null && isRepeated) return 'row_repeated';
  if (known !== null) return userId === null || userId === known.userId ? 'unchanged' : 'email_taken';
  return {
    tenantId,
    userId: userId ?? createId(),
    email: email.address,
    canonicalEmail: email.canonical,
    emailVerifiedAt: emailVerified ? now() : null,
    name,
    roles,
    passwordHash,
  };
}

async function create(users: UserStore, account: NewUser): Promise<boolean> {
  return (await users.create(account)) !== null;
}
