import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from '../postgres.js';
import { sharedService } from './shared-service.js';

interface PostgresPair {
  readonly main: PostgresServer;
  readonly installed: PostgresServer | null;
}

const pair = sharedService<PostgresPair>(
  'postgres',
  async () => {
    const [main, installed] = await Promise.all([startPostgres(), startInstalled()]);
    const versions = [main, ...(installed ? [installed] : [])].map(({ version }) => version);
    process.stderr.write(`Postgres for the tests: ${versions.join(' and ')}\n`);
    return { main, installed };
  },
  async ({ main, installed }) => {
    await Promise.all([main.stop(), installed?.stop()]);
  },
);

/** Global setup for projects that test against Postgres: `inject('postgresUrl')`, `inject('postgresInstalledUrl')`. */
export async function setup(project: TestProject): Promise<void> {
  const { main, installed } = await pair.use();
  project.provide('postgresUrl', main.url);
  project.provide('postgresInstalledUrl', installed?.url ?? null);
}

/** Stops the servers with the last project. */
export const teardown = (): Promise<void> => pair.leave();

async function startInstalled(): Promise<PostgresServer | null> {
  try {
    return await startPostgres({ version: 'installed' });
  } catch (error) {
    process.stderr.write(`NOT TESTED on a second Postgres version: ${(error as Error).message}\n`);
    return null;
  }
}
