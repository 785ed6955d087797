import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findServerAccount, giveTo } from './account.js';
import type { OwnedServer } from './owned-server.js';
import { makeReachable } from './postgres-binaries.js';
import { startServerProcess } from './server-process.js';
import { createTemporaryFolder } from './temporary-folder.js';

/** How a Postgres is run. */
export interface PostgresPlan {
  readonly port: number;
  /** The superuser's. */
  readonly password: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly isReady: () => Promise<boolean>;
}

/** Runs the `initdb` and the `postgres` of a folder, in a temporary folder, as somebody other than root. */
export async function startPostgresProcess(foundFolder: string, plan: PostgresPlan): Promise<OwnedServer> {
  const account = await findServerAccount();
  const { binFolder, copy } = await makeReachable(foundFolder, account);
  const folder = await createTemporaryFolder('postgres');
  await giveTo(account, folder.path);
  const data = join(folder.path, 'data');
  const passwordFile = join(folder.path, 'password');
  // Other users of this machine can reach the port too: without a password they would be superusers running as us.
  await writeFile(passwordFile, plan.password, { mode: 0o600 });
  await giveTo(account, passwordFile);
  const options = { pgdata: data, username: 'postgres', pwfile: passwordFile, auth: 'scram-sha-256' };
  const initdb = [...Object.entries(options).map(([name, value]) => `--${name}=${value}`), '--encoding=UTF8'];
  await promisify(execFile)(join(binFolder, 'initdb'), [...initdb, '--no-locale', '--no-sync'], {
    cwd: folder.path,
    ...account,
  });
  await rm(passwordFile);

  const listening = {
    listen_addresses: '127.0.0.1',
    port: String(plan.port),
    unix_socket_directories: '',
  };
  const server = await startServerProcess({
    name: `Postgres of ${foundFolder}`,
    command: join(binFolder, 'postgres'),
    args: ['-D', data, ...settingArgs({ ...plan.settings, ...listening })],
    port: plan.port,
    folder,
    account,
    stopSignal: 'SIGINT',
    isReady: plan.isReady,
  });
  if (copy === null) return server;
  return {
    ...server,
    async stop() {
      await server.stop();
      await copy.remove();
    },
  };
}

/** Settings as arguments of `postgres`. */
export function settingArgs(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
