import { Redis } from 'ioredis';

/** Sends one command to a server; rejects with what the server refuses. */
export type RedisCommand = (name: string, ...args: readonly (string | number)[]) => Promise<unknown>;

const commandTimeoutMs = 10_000;

/** Connects to the server of `url` for as long as `use` takes. Nothing is tried twice. */
export async function withRedis<T>(
  url: string,
  use: (command: RedisCommand) => Promise<T>,
  timeoutMs = commandTimeoutMs,
): Promise<T> {
  const client = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
  });
  // A server that dies between two commands must not take this process along.
  client.on('error', () => {});
  try {
    await client.connect();
    return await use((name, ...args) => client.call(name, ...args));
  } finally {
    client.disconnect();
  }
}

/** Whether the server takes the password and is done with loading its data. */
export async function answersRedis(url: string): Promise<boolean> {
  return withRedis(url, (command) => command('PING')).then(
    (answer) => answer === 'PONG',
    () => false,
  );
}
