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

/** A running Redis or Valkey. */
export interface RedisServer extends OwnedServer {
  /** `redis://:password@127.0.0.1:port`. */
  readonly url: string;
}

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
): Promise<RedisServer> {
  const folder = await createTemporaryFolder('redis');
  const port = Number(new URL(url).port);
  const lines = { bind: '127.0.0.1', port: String(port), dir: folder.path, ...settings };
  const configPath = join(folder.path, 'redis.conf');
  // In a private file: arguments, and with them the password, could be read by every user of the machine.
  const config = Object.entries(lines).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(configPath, config.join(''), { mode: 0o600 });
  const server = await startServerProcess({
    name: `Redis of ${program}`,
    command: program,
    args: [configPath, ...args],
    port,
    folder,
    account: null,
    stopSignal: 'SIGTERM',
    isReady: () => answersRedis(url),
  });
  return { ...server, url };
}

/** Runs several side by side; where one does not start, none is left running. */
export async function startRedisProcesses(
  program: string,
  plans: readonly RedisPlan[],
): Promise<RedisServer[]> {
  const results = await Promise.allSettled(plans.map((plan) => startRedisProcess(program, plan)));
  const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure === undefined) return servers;
  await stopTogether(servers);
  throw failure.reason;
}

/** Ends servers, frozen and killed ones too, and deletes their data. None waits for another that is gone already. */
export async function stopTogether(servers: readonly OwnedServer[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      await server.kill();
      await server.stop();
    }),
  );
}
