import type { Revocation, RevocationLog } from '@tessera-auth/core/stores';
import { userOf } from './keys.js';
import { beginning, checkOf, findPositions, formatCursor, type Position } from './revocation-log-cursor.js';
import { readLogScript } from './scripts/read-log.js';
import type { StoreContext } from './store-context.js';

/** As many of one bucket as a reader gets at once. */
const pageSize = 32;

/** The time of the server, then ids and entries by turns. */
type BucketAnswer = readonly [nowMs: string, entries: readonly string[]];

/** What one bucket adds to a page. */
interface BucketPage {
  readonly revocations: readonly Revocation[];
  readonly position: Position | null;
  readonly hasMore: boolean;
}

/**
 * The revocation log in Redis: a stream in each bucket, written by the script that revokes, and read by its ids, which only
 * ever grow.
 *
 * Each read begins with the entry that it stands at. Is that missing or another one, while something that the reader knows
 * from this bucket still counts, the log was flushed, rolled back or taken over by a replica that lacks the end: trimming
 * alone takes no entry before all older ones have ended. Where nothing counts any more, and where the bucket was empty, the
 * bucket is simply read from its beginning: that skips nothing, and the reader knows nothing that it could give back.
 */
export function createRevocationLog({ database, keys }: StoreContext): RevocationLog {
  const readLogs = async (logs: readonly string[], ids: readonly string[]): Promise<BucketAnswer[]> => {
    const [nowMs, ...pages] = await database.run<[string, ...string[][]]>(readLogScript, logs, [
      // The one that it stands at comes again.
      pageSize + 1,
      ...ids,
    ]);
    return pages.map((entries) => [nowMs, entries]);
  };

  return {
    async read(cursor) {
      const positions = cursor === null ? beginning : findPositions(cursor);
      if (positions === null) return { kind: 'lost' };
      const ids = positions.map((position) => position?.id ?? '-');
      const answers = database.isCluster
        ? (await Promise.all(keys.logs.map((log, index) => readLogs([log], [ids[index] ?? '-'])))).flat()
        : await readLogs(keys.logs, ids);

      const pages: BucketPage[] = [];
      for (const [index, answer] of answers.entries()) {
        const page = readBucket(answer, positions[index] ?? null);
        if (page === null) return { kind: 'lost' };
        pages.push(page);
      }
      return {
        kind: 'page',
        revocations: pages.flatMap(({ revocations }) => revocations),
        cursor: formatCursor(pages.map(({ position }) => position)),
        hasMore: pages.some(({ hasMore }) => hasMore),
      };
    },
  };
}

/** The part of one bucket, or `null` when the log does not go on from `position`. */
function readBucket([now, flat]: BucketAnswer, position: Position | null): BucketPage | null {
  const nowMs = Number(now);
  const isThere = position === null || (flat[0] === position.id && checkOf(flat[1] ?? '') === position.check);
  if (!isThere) {
    return position.untilMs <= nowMs ? { revocations: [], position: null, hasMore: true } : null;
  }

  const revocations: Revocation[] = [];
  let untilMs = position?.untilMs ?? 0;
  for (let index = position === null ? 0 : 2; index < flat.length; index += 2) {
    const revocation = readEntry(flat[index + 1] ?? '');
    if (revocation === null) continue;
    untilMs = Math.max(untilMs, revocation.until.getTime());
    if (revocation.until.getTime() > nowMs) revocations.push(revocation);
  }
  const id = flat.at(-2);
  return {
    revocations,
    position: id === undefined ? null : { id, check: checkOf(flat.at(-1) ?? ''), untilMs },
    hasMore: flat.length > 2 * pageSize,
  };
}

/** What `decode` gives, or `null` where percent signs stand that we never wrote. */
function decoded<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch {
    return null;
  }
}

/** The revocation of an entry as `scripts/log-parts.ts` writes it; `null` for what somebody else put there. */
function readEntry(entry: string): Revocation | null {
  const match = /^(\w+) (\d+) (\d+) (\d+) (.*)$/s.exec(entry);
  if (match === null) return null;
  const [, kind = '', untilMs, epochText, fromText, name = ''] = match;
  const until = new Date(Number(untilMs));
  if (Number.isNaN(until.getTime())) return null;
  const epoch = Number(epochText);
  switch (kind) {
    case 'token':
      return { kind, jti: copyOf(name), until };
    case 'session':
      return { kind, sessionId: copyOf(name), until };
    case 'user': {
      const [owner = '', ...except] = name.split(' ');
      const exceptSessionId = except.join(' ') || null;
      const user = decoded(() => userOf(owner));
      return user && { kind, ...user, epoch, exceptSessionId, exceptFromEpoch: Number(fromText), until };
    }
    case 'tenant': {
      const tenantId = decoded(() => decodeURIComponent(name));
      return tenantId === null ? null : { kind, tenantId, epoch, until };
    }
    case 'roles': {
      const user = decoded(() => userOf(name));
      return user && { kind, ...user, version: epoch, until };
    }
    default:
      return null;
  }
}

/** A part of a text keeps all of it in memory, and readers keep these names for long. */
function copyOf(part: string): string {
  return Buffer.from(part).toString();
}
