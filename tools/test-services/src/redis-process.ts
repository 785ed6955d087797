import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinary } from './find-binary.js';
import type { OwnedServer } from './owned-server.js';
import type { ProgramSource } from './provide-server.js';
import { startServerProcess } from './server-process.js';
import { createTemporaryFolder } from './temporary-folder.js';
import { answersRedis } from './with-redis.js';

/** Where `redis-server` or `valkey-server` comes from. */
export const redisProgram: ProgramSource = {
  name: 'Redis',
  find: () => findBinary('redis-server', 'valkey-server'),
  packages: { apt: 'redis-server', brew: 'redis' },
};

/** The append-only file is written before a command is answered. */
export const durableSettings = { appendonly: 'yes', save: '""' };

/** How a Redis is run. */
export interface RedisPlan {
  /** Names the port, and the password that it is asked with whether it answers. */
  readonly url: string;
  /** Lines of its configuration. */
  readonly settings: Readonly<Record<string, string>>;
  /** After the configuration, such as `--sentinel`. */
  readonly args?: readonly string[];
}

/** Runs a `redis-server` in a temporary folder. */
export async function startRedisProcess(
  program: string,
  { url, settings, args = [] }: RedisPlan,
): Promise<OwnedServer> {
  const folder = await createTemporaryFolder('redis');
  const port = Number(new URL(url).port);
  const lines = { bind: '127.0.0.1', port: String(port), dir: folder.path, ...settings };
  const configPath = join(folder.path, 'redis.conf');
  // In a private file: arguments, and with them the password, could be read by every user of the machine.
  const config = Object.entries(lines).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(configPath, config.join(''), { mode: 0o600 });
  return startServerProcess({
    name: `Redis of ${program}`,
    command: program,
    args: [configPath, ...args],
    port,
    folder,
    account: null,
    stopSignal: 'SIGTERM',
    isReady: () => answersRedis(url),
  });
}
