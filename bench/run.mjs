// Bundles benchmarks with Tessera's sources in them, as its built files are, and runs one after the other.
// Usage: node run.mjs [NAME ...], by default all that do not take long. Exits with 1 when one of them missed a gate.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { tsImport } from 'tsx/esm/api';

/**
 * By their folders: the entries, whether they get a Postgres and a Redis of their own, with which settings, and whether
 * they run only when they are named.
 */
const benchmarks = {
  tokens: { entries: ['main.ts'], hasServers: false },
  authorization: { entries: ['main.ts'], hasServers: false },
  stores: { entries: ['main.ts'], hasServers: true },
  enumeration: { entries: ['main.ts'], hasServers: true, isOnDemand: true },
  guard: { entries: ['main.ts', 'server.ts'], hasServers: true },
  scale: {
    entries: ['main.ts', 'replica.ts'],
    hasServers: true,
    isOnDemand: true,
    settings: {
      // As a server has it that must not lose anything.
      postgres: {
        ...{ fsync: 'on', full_page_writes: 'on' },
        ...{ shared_buffers: '1GB', max_wal_size: '4GB' },
      },
      redis: { 'auto-aof-rewrite-percentage': '0' },
    },
  },
};
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));

const byDefault = Object.keys(benchmarks).filter((name) => benchmarks[name].isOnDemand !== true);
const names = process.argv.length > 2 ? process.argv.slice(2) : byDefault;
for (const name of names) {
  if ((await run(name, benchmarks[name])) !== 0) process.exitCode = 1;
}

async function run(name, { entries, hasServers, settings }) {
  const outdir = `.cache/${name}`;
  await build({
    entryPoints: entries.map((file) => `${name}/${file}`),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@tessera-auth/source'],
    // Who is measured is loaded as its users load it.
    external: ['@node-rs/*', ...Object.keys(dependencies).filter((one) => !one.startsWith('@tessera-auth/'))],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const servers = hasServers ? await startServers(settings) : [];
  try {
    const [postgres, redis] = servers;
    const urls = hasServers ? { BENCH_POSTGRES_URL: postgres.url, BENCH_REDIS_URL: redis.url } : {};
    const child = spawn(process.execPath, ['--expose-gc', `${outdir}/main.mjs`], {
      stdio: 'inherit',
      env: { ...process.env, ...urls },
    });
    const [status] = await once(child, 'exit');
    return status;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** They end with this process, however it ends. */
async function startServers({ postgres, redis } = {}) {
  /** @type {typeof import('@tessera-auth/test-services')} */
  const { startPostgres, startRedis } = await tsImport('@tessera-auth/test-services', import.meta.url);
  return Promise.all([
    startPostgres({ own: true, settings: postgres }),
    startRedis({ own: true, settings: redis }),
  ]);
}
