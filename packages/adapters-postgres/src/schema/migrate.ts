import { storeUnavailable } from '@tessera-auth/core/stores';
import { type Kysely, sql } from 'kysely';
import type { Migration } from './migration.js';
import { migrationsFor } from './migrations/index.js';
import type { Tables } from './tables.js';

/** What every run begins with: the place of the tables, and the list of the steps that have run. */
export function preparationFor({ schema, quoted }: Tables): readonly string[] {
  return [
    // Not `if not exists`: that asks for the right to create schemas also where the schema is there.
    `do $$ begin if to_regnamespace('"${schema}"') is null then create schema "${schema}"; end if; end $$`,
    `create table if not exists ${quoted.migrations} (
  id text primary key,
  applied_at timestamptz(3) not null default clock_timestamp()
)`,
  ];
}

/** Notes that a step has run. */
export function notingOf({ quoted }: Tables, { id }: Migration): string {
  return `insert into ${quoted.migrations} (id) values ('${id}')`;
}

/** Holds off every other run in the same schema, whatever its prefix, until the transaction ends. */
export function lockFor({ schema }: Tables): string {
  return `select pg_advisory_xact_lock(hashtextextended('tessera migrations ${schema}', 0))`;
}

/** All of the schema as one SQL script for a database that has none of it yet: exactly what {@link migrate} runs there. */
export function migrationScript(tables: Tables): string {
  const steps = migrationsFor(tables).flatMap((step) => [
    `-- ${step.id}`,
    ...step.up,
    notingOf(tables, step),
  ]);
  const statements = ['begin', lockFor(tables), ...preparationFor(tables), ...steps, 'commit'];
  return statements.map((text) => (text.startsWith('--') ? `\n${text}\n` : `${text};\n`)).join('');
}

/**
 * Runs the steps that have not run yet, all or none of them. Nodes that start together take turns.
 *
 * @returns the ids of the steps that ran now.
 */
export async function migrate(kysely: Kysely<unknown>, tables: Tables): Promise<readonly string[]> {
  try {
    return await kysely
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (transaction) => {
        const run = (text: string) => sql.raw<{ id: string }>(text).execute(transaction);
        await run(lockFor(tables));
        for (const text of preparationFor(tables)) await run(text);
        const { rows } = await run(`select id from ${tables.quoted.migrations}`);
        const done = new Set(rows.map(({ id }) => id));
        const pending = migrationsFor(tables).filter(({ id }) => !done.has(id));
        for (const step of pending) {
          for (const text of [...step.up, notingOf(tables, step)]) await run(text);
        }
        return pending.map(({ id }) => id);
      });
  } catch (error) {
    throw storeUnavailable(error);
  }
}
