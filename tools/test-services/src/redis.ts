import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { findBinary } from './find-binary.js';
import { findFreePort } from './free-port.js';
import { foreignServer, type OwnedServer } from './owned-server.js';
import { provideServer } from './provide-server.js';
import { startServerProcess } from './server-process.js';
import { createTemporaryFolder } from './temporary-folder.js';

/** What kind of Redis a test wants. */
export interface RedisOptions {
  /** A server of one's own even where `TEST_REDIS_URL` names one: needed to kill or freeze it. Default `false`. */
  readonly own?: boolean;
  /** Lines of its configuration, such as `{ maxmemory: '1mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running Redis or Valkey. */
export interface RedisServer extends OwnedServer {
  /** `redis://:password@127.0.0.1:port`. */
  readonly url: string;
}

/**
 * Starts a real, empty Redis or Valkey: `TEST_REDIS_URL` if set, else `redis-server` or `valkey-server` from PATH, else a
 * container, else what the package manager installs. Every answered write survives {@link OwnedServer.kill}.
 *
 * @throws `Error` that says what to install when there is no way to have one.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const foreignUrl = process.env.TEST_REDIS_URL;
  if (foreignUrl !== undefined && foreignUrl !== '' && options.own !== true) {
    return { ...foreignServer(Number(new URL(foreignUrl).port || 6379), 'TEST_REDIS_URL'), url: foreignUrl };
  }
  const password = randomBytes(24).toString('base64url');
  const port = await findFreePort();
  const url = `redis://:${password}@127.0.0.1:${port}`;
  // The append-only file is written before a command is answered.
  const settings = { appendonly: 'yes', save: '""', requirepass: password, ...options.settings };

  const isReady = () => answers(port, password);

  const server = await provideServer({
    name: 'Redis',
    variable: 'TEST_REDIS_URL',
    find: () => findBinary('redis-server', 'valkey-server'),
    start: (program) => startRedisProcess(program, { port, settings, isReady }),
    container: {
      image: 'redis:7-alpine',
      port,
      innerPort: 6379,
      env: {},
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      isReady,
    },
    packages: { apt: 'redis-server', brew: 'redis' },
  });
  return { ...server, url };
}

interface RedisPlan {
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly isReady: () => Promise<boolean>;
}

async function startRedisProcess(
  command: string,
  { port, settings, isReady }: RedisPlan,
): Promise<OwnedServer> {
  const folder = await createTemporaryFolder('redis');
  const lines = { bind: '127.0.0.1', port: String(port), dir: folder.path, ...settings };
  const configPath = join(folder.path, 'redis.conf');
  // In a private file: arguments, and with them the password, could be read by every user of the machine.
  const config = Object.entries(lines).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(configPath, config.join(''), { mode: 0o600 });
  return startServerProcess({
    name: `Redis of ${command}`,
    command,
    args: [configPath],
    port,
    folder,
    account: null,
    stopSignal: 'SIGTERM',
    isReady,
  });
}

/** Whether the server takes the password and is done with loading its data. */
function answers(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let reply = '';
    const finish = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.on('data', (data) => {
      reply += data.toString('latin1');
      if (reply.split('\r\n').length > 2) finish(reply === '+OK\r\n+PONG\r\n');
    });
    socket.on('error', () => finish(false));
    socket.on('close', () => finish(false));
  });
}
