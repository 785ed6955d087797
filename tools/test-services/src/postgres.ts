import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { findServerAccount, giveTo } from './account.js';
import { hasContainerEngine, startContainer } from './container.js';
import { findFreePort } from './free-port.js';
import { installPackage } from './install-package.js';
import { foreignServer, type OwnedServer } from './owned-server.js';
import { findEmbeddedPostgres, findInstalledPostgres, makeReachable } from './postgres-binaries.js';
import { startServerProcess } from './server-process.js';

const run = promisify(execFile);

/** Which Postgres: the one from npm (18), or the one that this machine or a container offers (15 or later). */
export type PostgresVersion = 'embedded' | 'installed';

/** What kind of Postgres a test wants. */
export interface PostgresOptions {
  /** Default `'embedded'`. */
  readonly version?: PostgresVersion;
  /** A server of one's own even where `TEST_POSTGRES_URL` names one: needed to kill or freeze it. Default `false`. */
  readonly own?: boolean;
  /** Server settings, such as `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running Postgres. Its superuser is in the URL. */
export interface PostgresServer extends OwnedServer {
  /** `postgres://user:password@127.0.0.1:port/postgres`. */
  readonly url: string;
  /** As the server tells it, such as `18.4`. */
  readonly version: string;
  /** See {@link createDatabase}. */
  createDatabase(name: string): Promise<string>;
}

/**
 * Starts a real Postgres with no data: `TEST_POSTGRES_URL` if set, else binaries from npm or this machine, else a
 * container, else what the package manager installs. Durable against {@link OwnedServer.kill}, not against a power cut.
 *
 * @throws `Error` that says what to install when there is no way to have one.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const foreignUrl = process.env.TEST_POSTGRES_URL;
  if (
    foreignUrl !== undefined &&
    foreignUrl !== '' &&
    options.own !== true &&
    options.version !== 'installed'
  ) {
    return describeServer(
      foreignServer(Number(new URL(foreignUrl).port || 5432), 'TEST_POSTGRES_URL'),
      foreignUrl,
    );
  }
  const password = randomBytes(24).toString('base64url');
  const port = await findFreePort();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const settings = options.settings ?? {};

  const found = await (options.version === 'installed' ? findInstalledPostgres() : findEmbeddedPostgres());
  if (found !== null)
    return describeServer(await startBinaries(found, { port, url, password, settings }), url);

  if (await hasContainerEngine()) {
    const container = await startContainer({
      image: 'postgres:15-alpine',
      port,
      innerPort: 5432,
      env: { POSTGRES_PASSWORD: password },
      args: settingArgs({ ...serverSettings, ...settings }),
      isReady: () => answers(url),
    });
    return describeServer(container, url);
  }

  const refusal = await installPackage({ apt: 'postgresql', brew: 'postgresql@17' });
  const installed = await findInstalledPostgres();
  if (installed === null) {
    throw new Error(
      `no Postgres for the tests: ${refusal ?? 'the package has no server'}. Or set TEST_POSTGRES_URL to an empty one.`,
    );
  }
  return describeServer(await startBinaries(installed, { port, url, password, settings }), url);
}

/**
 * Creates an empty database on the server of `serverUrl`, dropping one of that name first.
 *
 * @param name lower-case letters, digits and underscores.
 * @returns the URL of the new database.
 */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new TypeError(`name: not a plain database name: ${name}`);
  await withClient(serverUrl, async (client) => {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name}`);
  });
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Speed over safety from power cuts: a killed server loses nothing, since the operating system keeps its writes. */
const serverSettings = { fsync: 'off', full_page_writes: 'off', max_connections: '200', timezone: 'UTC' };

interface BinaryPlan {
  readonly port: number;
  readonly url: string;
  readonly password: string;
  readonly settings: Readonly<Record<string, string>>;
}

async function startBinaries(foundFolder: string, plan: BinaryPlan): Promise<OwnedServer> {
  const account = await findServerAccount();
  const { binFolder, copy } = await makeReachable(foundFolder, account);
  const folder = await mkdtemp(join(tmpdir(), 'tessera-postgres-'));
  await giveTo(account, folder);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  // Other users of this machine can reach the port too: without a password they would be superusers running as us.
  await writeFile(passwordFile, plan.password, { mode: 0o600 });
  await giveTo(account, passwordFile);
  await run(
    join(binFolder, 'initdb'),
    [
      '--pgdata',
      data,
      '--username',
      'postgres',
      '--pwfile',
      passwordFile,
      '--auth',
      'scram-sha-256',
      '--encoding',
      'UTF8',
      '--no-locale',
      '--no-sync',
    ],
    { cwd: folder, ...account },
  );
  await rm(passwordFile);

  const server = await startServerProcess({
    name: `Postgres of ${foundFolder}`,
    command: join(binFolder, 'postgres'),
    args: [
      '-D',
      data,
      ...settingArgs({
        ...serverSettings,
        listen_addresses: '127.0.0.1',
        port: String(plan.port),
        unix_socket_directories: '',
        ...plan.settings,
      }),
    ],
    port: plan.port,
    folder,
    account,
    stopSignal: 'SIGINT',
    isReady: () => answers(plan.url),
  });
  if (copy === null) return server;
  return {
    ...server,
    async stop() {
      await server.stop();
      await rm(copy, { recursive: true, force: true });
    },
  };
}

function settingArgs(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function describeServer(server: OwnedServer, url: string): Promise<PostgresServer> {
  const version = await withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version.split(' ')[0] ?? 'unknown';
  });
  return { ...server, url, version, createDatabase: (name) => createDatabase(url, name) };
}

async function answers(url: string): Promise<boolean> {
  return withClient(url, (client) => client.query('select 1')).then(
    () => true,
    () => false,
  );
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}
