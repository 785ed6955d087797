import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { findFreePort } from './free-port.js';
import { foreignServer, type OwnedServer } from './owned-server.js';
import { findEmbeddedPostgres, findInstalledPostgres } from './postgres-binaries.js';
import { settingArgs, startPostgresProcess } from './postgres-process.js';
import { provideServer } from './provide-server.js';

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
  const isForeign = options.own !== true && options.version !== 'installed';
  if (isForeign && foreignUrl !== undefined && foreignUrl !== '') {
    const foreignPort = Number(new URL(foreignUrl).port || 5432);
    return describeServer(foreignServer(foreignPort, 'TEST_POSTGRES_URL'), foreignUrl);
  }
  const password = randomBytes(24).toString('base64url');
  const port = await findFreePort();
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const settings = { ...fastSettings, ...options.settings };
  const isReady = () => answers(url);

  const server = await provideServer({
    name: 'Postgres',
    variable: 'TEST_POSTGRES_URL',
    find: async () =>
      (options.version === 'installed' ? null : await findEmbeddedPostgres()) ?? findInstalledPostgres(),
    start: (folder) => startPostgresProcess(folder, { port, password, settings, isReady }),
    container: {
      image: 'postgres:15-alpine',
      port,
      innerPort: 5432,
      env: { POSTGRES_PASSWORD: password },
      args: settingArgs(settings),
      isReady,
    },
    packages: { apt: 'postgresql', brew: 'postgresql@17' },
  });
  return describeServer(server, url);
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
const fastSettings = { fsync: 'off', full_page_writes: 'off', max_connections: '200', timezone: 'UTC' };

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
  // A server that dies between two queries must not take this process along.
  client.on('error', () => {});
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}
