import type {} from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser's URL of the main Postgres of this test run. Make a database of your own on it. */
    postgresUrl: string;
    /** The same for a second, older Postgres; `null` where none is to be had, which the run has then said. */
    postgresInstalledUrl: string | null;
    /** The URL of the Redis of this test run, password included. Use a key prefix of your own on it. */
    redisUrl: string;
    /** The path of a Chromium; start it with `chromiumFlags`. */
    chromiumPath: string;
  }
}
