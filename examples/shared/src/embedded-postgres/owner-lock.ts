import { setTimeout as wait } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';

/** The right to use a Postgres, which ends with the process that holds it, however that ends. */
export interface OwnerLock {
  release(): Promise<void>;
}

// Any number that nobody else uses on this server.
const lockId = 7_355_608;
const patienceMs = 60_000;

/**
 * Takes the lock of a Postgres that may still be busy starting or recovering.
 *
 * @returns `null` when nothing listens there.
 * @throws `Error` when another process has the lock.
 */
export async function takeOwnerLock(url: string): Promise<OwnerLock | null> {
  const client = await connect(url, performance.now() + patienceMs);
  if (client === null) return null;
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
    lockId,
  ]);
  if (rows[0]?.taken !== true) {
    await client.end();
    throw new Error('another server of this example is running on the same .data folder');
  }
  return {
    release: () => client.end().catch(() => {}),
  };
}

async function connect(url: string, deadlineMs: number): Promise<Client | null> {
  for (;;) {
    const client = new Client({ connectionString: url });
    // The pool of the app notices too, and says so.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return null;
      // 57P03 cannot_connect_now: it is starting, or recovering from a crash.
      const isBusy = error instanceof DatabaseError && error.code === '57P03';
      if (!isBusy || performance.now() > deadlineMs) throw error;
      await wait(100);
    }
  }
}
