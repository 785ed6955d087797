import type { Revocation, RevocationStore } from '@tessera-auth/core/stores';

/** Somebody who reads the log of revocations. */
export interface LogReader {
  /** The names of all entries that were read. */
  readonly names: ReadonlySet<string>;
  /** Where the next page is read from. */
  readonly cursor: string | null;
  /** Reads until there is no more. @returns the names that this call read. */
  catchUp(): Promise<string[]>;
}

/** A reader that begins at the beginning. */
export function createLogReader({ log }: RevocationStore): LogReader {
  if (log === undefined) throw new Error('the store offers no log');
  const names = new Set<string>();
  let cursor: string | null = null;
  return {
    names,
    get cursor() {
      return cursor;
    },
    async catchUp() {
      const read: string[] = [];
      for (let hasMore = true; hasMore; ) {
        const page = await log.read(cursor);
        if (page.kind === 'lost') throw new Error('the log was lost');
        ({ cursor, hasMore } = page);
        read.push(...page.revocations.map(nameOf));
      }
      for (const name of read) names.add(name);
      return read;
    },
  };
}

function nameOf(revocation: Revocation): string {
  switch (revocation.kind) {
    case 'token':
      return revocation.jti;
    case 'session':
      return revocation.sessionId;
    case 'user':
    case 'roles':
      return `${revocation.tenantId}/${revocation.userId}`;
    case 'tenant':
      return revocation.tenantId;
  }
}
