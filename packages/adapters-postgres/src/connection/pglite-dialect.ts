import { PostgresDialect, type PostgresPoolClient } from 'kysely';

/** What is needed of a PGlite instance or of one of its transactions. */
export interface Pglite {
  query(text: string, values: unknown[]): Promise<{ readonly rows: unknown[] }>;
  exec(text: string): Promise<unknown>;
}

/** Runs Kysely on PGlite. It has one session, so whoever wants it waits until the one before is through. */
export function createPgliteDialect(pglite: Pglite): PostgresDialect {
  let previous: Promise<void> = Promise.resolve();
  return new PostgresDialect({
    pool: {
      async connect() {
        const turn = previous;
        let release = (): void => {};
        previous = new Promise((resolve) => {
          release = resolve;
        });
        await turn;
        return {
          async query(text: string, values: readonly unknown[]) {
            const { rows } = await pglite.query(text, [...values]);
            return { command: 'SELECT', rowCount: rows.length, rows };
          },
          release,
        } as PostgresPoolClient;
      },
      async end() {},
    },
  });
}
