import { randomBytes } from 'node:crypto';
import { findFreePorts } from './free-port.js';
import { provideProgram } from './provide-server.js';
import {
  durableSettings,
  type RedisServer,
  redisProgram,
  startRedisProcess,
  startRedisProcesses,
  stopTogether,
} from './redis-process.js';
import { waitUntil } from './wait-until.js';
import { withRedis } from './with-redis.js';

/** What kind of Redis with Sentinel a test wants. */
export interface RedisSentinelOptions {
  /** Default 2. */
  readonly replicas?: number;
  /** Default 3. More than half of them must agree that the primary is down. */
  readonly sentinels?: number;
  /** Lines of the configuration of the primary and its replicas, such as `{ 'min-replicas-to-write': '1' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long the primary may be silent before a sentinel takes it for dead. Default 1000. */
  readonly downAfterMs?: number;
}

/** One sentinel, which may be killed and frozen too. */
export interface RedisSentinelServer extends RedisServer {
  readonly host: string;
}

/** A running Redis whose primary is replaced when it dies. */
export interface RedisSentinel {
  /** By which the sentinels know the primary. */
  readonly name: string;
  readonly sentinels: readonly RedisSentinelServer[];
  /** Of every server and every sentinel. */
  readonly password: string;
  /** The first primary, and then its replicas. */
  readonly servers: readonly RedisServer[];
  /** The server that is primary now by the word of most sentinels and by its own, or `null` while there is none. */
  findPrimary(): Promise<RedisServer | null>;
  /** Ends every server and every sentinel and deletes the data. Calling it again does nothing. */
  stop(): Promise<void>;
}

const primaryName = 'primary';

/** Sentinels that did not agree on who replaces a primary try again after twice this time. */
const failoverTimeoutMs = 3_000;

/** How long a server may take to tell its role; a dead or frozen one says nothing. */
const answerTimeoutMs = 1_000;

/**
 * Starts a real, empty Redis with replicas and sentinels, of `redis-server` or `valkey-server` from PATH, else of what
 * the package manager installs. Resolves when every replica has the primary's data and the sentinels know all of it.
 *
 * A write that was answered survives {@link OwnedServer.kill} of the primary, but not always the failover: that takes
 * `WAIT`. A primary that comes back is made a replica within about ten seconds; until then it takes writes, and loses them.
 *
 * @throws `Error` that says what to install when there is no way to have one.
 */
export async function startRedisSentinel({
  replicas = 2,
  sentinels: sentinelCount = 3,
  settings = {},
  downAfterMs = 1_000,
}: RedisSentinelOptions = {}): Promise<RedisSentinel> {
  const program = await provideProgram(redisProgram);
  const password = randomBytes(24).toString('base64url');
  const ports = await findFreePorts(1 + replicas + sentinelCount);
  const urls = ports.map((port) => `redis://:${password}@127.0.0.1:${port}`);
  const serverUrls = urls.slice(0, 1 + replicas);
  const sentinelUrls = urls.slice(1 + replicas);
  const serverSettings = { ...replicatedSettings(password), ...settings };

  const servers = await startReplication(program, serverUrls, serverSettings);
  const sentinels: RedisServer[] = [];
  const stop = () => stopTogether([...sentinels, ...servers]);
  try {
    const watch = watchSettings(ports[0] as number, password, sentinelCount, downAfterMs);
    const plans = sentinelUrls.map((url) => ({ url, settings: watch, args: ['--sentinel'] }));
    sentinels.push(...(await startRedisProcesses(program, plans)));
    await waitUntil('the sentinels to know each other and the replicas', () =>
      areAll(sentinels, (sentinel) => knowsAll(sentinel, sentinelCount, replicas)),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: primaryName,
    sentinels: sentinels.map((sentinel) => ({ ...sentinel, host: '127.0.0.1' })),
    password,
    servers,
    findPrimary: () => findPrimary(sentinels, servers),
    stop,
  };
}

function replicatedSettings(password: string): Record<string, string> {
  return {
    ...durableSettings,
    requirepass: password,
    masterauth: password,
    'repl-diskless-sync-delay': '0',
  };
}

function watchSettings(
  primaryPort: number,
  password: string,
  sentinelCount: number,
  downAfterMs: number,
): Record<string, string> {
  const majority = Math.floor(sentinelCount / 2) + 1;
  return {
    // Sentinels present the password that they ask for to each other too.
    requirepass: password,
    'sentinel monitor': `${primaryName} 127.0.0.1 ${primaryPort} ${majority}`,
    'sentinel auth-pass': `${primaryName} ${password}`,
    'sentinel down-after-milliseconds': `${primaryName} ${downAfterMs}`,
    'sentinel failover-timeout': `${primaryName} ${failoverTimeoutMs}`,
  };
}

/** Starts a primary on the first URL and replicas on the others, and waits until these have its data. */
async function startReplication(
  program: string,
  [primaryUrl, ...replicaUrls]: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<RedisServer[]> {
  const primary = await startRedisProcess(program, { url: primaryUrl as string, settings });
  const servers = [primary];
  try {
    const replicaSettings = { ...settings, replicaof: `127.0.0.1 ${primary.port}` };
    const plans = replicaUrls.map((url) => ({ url, settings: replicaSettings }));
    const replicas = await startRedisProcesses(program, plans);
    servers.push(...replicas);
    // A sentinel learns of replicas from the primary, and asks it only every ten seconds.
    await waitUntil('the replicas to have the data of the primary', () =>
      areAll(replicas, async (replica) => (await readReplication(replica)).includes('master_link_status:up')),
    );
    return servers;
  } catch (error) {
    await stopTogether(servers);
    throw error;
  }
}

async function knowsAll({ url }: RedisServer, sentinelCount: number, replicas: number): Promise<boolean> {
  return withRedis(url, async (command) => {
    const primary = toRecord(await command('SENTINEL', 'MASTER', primaryName));
    const known = (await command('SENTINEL', 'REPLICAS', primaryName)) as unknown[];
    const isKnown = known.map(toRecord).filter((replica) => replica.flags === 'slave');
    const others = Number(primary['num-other-sentinels']);
    if (primary.flags !== 'master' || isKnown.length !== replicas || others !== sentinelCount - 1)
      return false;
    // Refused while too few sentinels could agree on a failover.
    return String(await command('SENTINEL', 'CKQUORUM', primaryName)).startsWith('OK');
  }).catch(() => false);
}

async function findPrimary(
  sentinels: readonly RedisServer[],
  servers: readonly RedisServer[],
): Promise<RedisServer | null> {
  const named = await Promise.all(sentinels.map(findNamedPort));
  const votes = (port: number): number => named.filter((vote) => vote === port).length;
  const primary = servers.find(({ port }) => votes(port) > sentinels.length / 2);
  if (primary === undefined) return null;
  const isPrimary = (await readReplication(primary)).includes('role:master');
  return isPrimary ? primary : null;
}

/** The port of the primary by the word of a sentinel, or `null` when it does not answer. */
async function findNamedPort({ url }: RedisServer): Promise<number | null> {
  const ask = withRedis(
    url,
    (command) => command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', primaryName),
    answerTimeoutMs,
  );
  return ask.then(
    (address) => Number((address as [string, string])[1]),
    () => null,
  );
}

/** Empty when the server does not answer. */
async function readReplication({ url }: RedisServer): Promise<string> {
  return withRedis(url, (command) => command('INFO', 'replication'), answerTimeoutMs).then(String, () => '');
}

async function areAll<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<boolean> {
  return (await Promise.all(items.map(test))).every(Boolean);
}

/** Names and values by turns, as Sentinel answers. */
function toRecord(flat: unknown): Readonly<Record<string, string | undefined>> {
  const items = flat as string[];
  return Object.fromEntries(
    items.flatMap((name, index) => (index % 2 === 0 ? [[name, items[index + 1]]] : [])),
  );
}
