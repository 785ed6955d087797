import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Client } from 'pg';

/** Files end at a segment of the write-ahead log, so that the log itself always has room. */
const limitBytes = 16 * 1024 * 1024;

/** A Postgres on this machine whose tables cannot grow any more. */
export interface FullDisk {
  /** Lets files grow again. */
  empty(): Promise<void>;
}

/**
 * Fills a table, and then limits the size of every file that the server may write: it takes that for a full disk.
 *
 * @param table with a column `user_agent`, and at least one row.
 * @returns `null` where the limits of another process cannot be set: not Linux, no `prlimit`, no right to, or a container.
 */
export async function fillDisk(client: Client, table: string): Promise<FullDisk | null> {
  const pids = await findProcesses(client);
  if (pids === null || !(await setLimit(pids, 'unlimited'))) return null;
  // One row a page that leaves no room for another one.
  await client.query(`alter table ${table} alter column user_agent set storage plain`);
  await client.query(`
    insert into ${table}
    select (jsonb_populate_record(picked.one, jsonb_build_object(
      'id', 'ballast-' || number, 'user_id', 'ballast', 'user_agent', repeat(md5(number::text), 243)
    ))).*
    from (select one from ${table} as one limit 1) as picked, generate_series(1, 2200) as number`);
  // Only what changes from here on has to be written beyond the limit.
  await client.query('checkpoint');
  await setLimit(pids, String(limitBytes));
  return {
    async empty() {
      await setLimit((await findProcesses(client)) ?? [], 'unlimited');
      await client.query(`delete from ${table} where user_id = 'ballast'`);
    },
  };
}

/** The postmaster, of which all later ones inherit, and the others. `null` unless they are processes of this machine. */
async function findProcesses(client: Client): Promise<readonly number[] | null> {
  const { rows } = await client.query<{ pid: number }>(`
    select split_part(pg_read_file('postmaster.pid'), chr(10), 1)::integer as pid
    union all select pid from pg_stat_activity where pid is not null`);
  const pids = rows.map(({ pid }) => pid);
  const names = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'nothing')),
  );
  // Of a server in a container they would name processes of somebody else.
  return names[0]?.startsWith('postgres') === true
    ? pids.filter((_, at) => names[at]?.startsWith('postgres'))
    : null;
}

/** @returns whether it could be set. */
async function setLimit(pids: readonly number[], soft: string): Promise<boolean> {
  const results = await Promise.allSettled(
    pids.map(async (pid) => {
      // In a container even root may limit only the processes of its own account; the server has another one then.
      const { uid, gid } = await stat(`/proc/${pid}`);
      const account = process.getuid?.() === 0 ? { uid, gid } : {};
      await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${soft}:`], account);
    }),
  );
  return results[0]?.status === 'fulfilled';
}
