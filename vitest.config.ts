import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { createTotalsReporter } from './tools/test-services/src/vitest/totals-reporter.js';

/** Workspace packages are read from their sources: no build before a test. */
const source = '@tessera-auth/source';

type Service = 'postgres' | 'redis' | 'chromium';

/** The real services of each project, by folder; started once per run, and only for a run that has tests needing them. */
const services: Readonly<Record<string, readonly Service[]>> = {
  'packages/adapters-postgres': ['postgres'],
  'packages/adapters-redis': ['redis'],
  'tools/test-services': ['postgres', 'redis', 'chromium'],
  'examples/express-app': ['postgres', 'redis', 'chromium'],
  'examples/fastify-app': ['postgres', 'redis', 'chromium'],
  docs: ['postgres', 'redis'],
  proofs: ['postgres', 'redis'],
};

const folders = ['packages', 'examples', 'tools']
  .flatMap((parent) => (existsSync(parent) ? readdirSync(parent).map((name) => `${parent}/${name}`) : []))
  .concat('docs', 'proofs');

const setupFile = (name: string): string =>
  fileURLToPath(new URL(`tools/test-services/src/vitest/${name}.ts`, import.meta.url));

/** A nightly run shuffles the tests, and its properties take other random values. */
const seed = process.env.TEST_SEED ? Number(process.env.TEST_SEED) : null;
if (seed !== null && !Number.isSafeInteger(seed)) throw new Error('TEST_SEED: expected a whole number');

export default defineConfig({
  test: {
    reporters: [
      'default',
      ...(process.env.GITHUB_ACTIONS === 'true' ? ['github-actions' as const] : []),
      createTotalsReporter(),
    ],
    sequence: seed === null ? {} : { shuffle: true, seed },
    // Much of the time is spent waiting for servers, so two files share even a small machine well.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: folders
      .filter((folder) => existsSync(`${folder}/test`))
      .map((folder) => ({
        root: folder,
        resolve: { conditions: [source, ...defaultServerConditions] },
        ssr: {
          resolve: {
            conditions: [source, ...defaultServerConditions],
            // Alone: with `import` beside it, Express loads files that it cannot use.
            externalConditions: [source],
          },
        },
        test: {
          name: folder,
          include: ['test/**/*.test.ts'],
          globalSetup: (services[folder] ?? []).map(setupFile),
          setupFiles: [setupFile('property-seed')],
          // A real server has to start, a password hash is slow on purpose, and a laptop may be busy.
          testTimeout: 60_000,
          hookTimeout: 120_000,
          expect: { poll: { timeout: 15_000 } },
        },
      })),
  },
});
