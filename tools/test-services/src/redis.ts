import { randomBytes } from 'node:crypto';
import { findFreePort } from './free-port.js';
import { foreignServer } from './owned-server.js';
import { provideServer } from './provide-server.js';
import { durableSettings, type RedisServer, redisProgram, startRedisProcess } from './redis-process.js';
import { answersRedis } from './with-redis.js';

/** What kind of Redis a test wants. */
export interface RedisOptions {
  /** A server of one's own even where `TEST_REDIS_URL` names one: needed to kill or freeze it. Default `false`. */
  readonly own?: boolean;
  /** Lines of its configuration, such as `{ maxmemory: '1mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
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
  const settings = { ...durableSettings, requirepass: password, ...options.settings };

  const server = await provideServer({
    ...redisProgram,
    variable: 'TEST_REDIS_URL',
    start: (program) => startRedisProcess(program, { url, settings }),
    container: {
      image: 'redis:7-alpine',
      port,
      innerPort: 6379,
      env: {},
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      isReady: () => answersRedis(url),
    },
  });
  return { ...server, url };
}
