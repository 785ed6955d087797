// A process of its own that holds all revocations in memory, of the small and of the large population. Says what it took.
// Usage: node --expose-gc replica.mjs Postgres|Redis ENTRIES_OF_SMALL ENTRIES_OF_LARGE.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { redisStores } from '@tessera-auth/adapters-redis';
import { createRevocations, type Revocations } from '@tessera-auth/core/primitives';
import type { RevocationStore } from '@tessera-auth/core/stores';
import { Redis } from 'ioredis';
import pg from 'pg';
import { createId } from '../stores/commands.js';
import { measureInterleaved, median, ratio, repeat } from '../tokens/interleaved.js';
import { schemas } from './postgres.js';
import { prefixes } from './redis.js';
import type { LoopDelay, ReplicaReport } from './replica-report.js';

const [name, smallCount, largeCount] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const subjectCount = 4096;
/** Longer than any entry lives. */
const later = 10_800_000;

const { store, close } = name === 'Postgres' ? openPostgres() : openRedis();
let aheadMs = 0;
// Measuring the checks leaves the reader no time, so the copies must be good for longer than that takes.
const openReplica = (side: 'small' | 'large') =>
  createRevocations({
    store: store(side),
    leewayMs: 5000,
    check: 'replicated',
    bound: '60s',
    pollInterval: '250ms',
    maxEntries: 10 * largeCount,
    clock: { now: () => Date.now() + aheadMs },
  });

const small = openReplica('small');
await small.start();
const large = openReplica('large');
const empty = usedHeap();
const loading = monitorLoop();
const start = performance.now();
await large.start();
const loadMs = performance.now() - start;
const loadDelay = loading.end();
const entries = large.status().entries;
const heapBytes = usedHeap() - empty;
if (small.status().entries < smallCount || entries < largeCount) throw new Error('entries are missing');

const checks = await measureInterleaved({ small: checking(small), large: checking(large) });

const sweeping = monitorLoop();
const expiredAt = performance.now();
aheadMs = later;
while (large.status().entries > 0) await wait(50);
const sweepMs = performance.now() - expiredAt;
const sweepDelay = sweeping.end();
const report: ReplicaReport = {
  entries,
  bytesPerEntry: heapBytes / entries,
  loadMs,
  loadDelay,
  checkNs: { small: median(checks.small ?? []) * 1000, large: median(checks.large ?? []) * 1000 },
  checkRatio: ratio(checks.large, checks.small),
  sweepMs,
  sweepDelay,
  heapLeftBytes: usedHeap() - empty,
};
await Promise.all([small.close(), large.close()]);
await close();
process.send?.(report);
process.disconnect?.();

/** Tokens that nobody revoked. */
function checking(revocations: Revocations) {
  const subjects = Array.from({ length: subjectCount }, () => ({
    ...{ jti: createId(), sessionId: createId(), userId: createId() },
    ...{ tenantId: '', userEpoch: 0, tenantEpoch: 0, rolesVersion: 0 },
  }));
  return repeat((at) => {
    const subject = subjects[at % subjectCount] as (typeof subjects)[0];
    if (revocations.isRevoked(subject) !== false) throw new Error('isRevoked: not from memory');
  });
}

function usedHeap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function monitorLoop(): { end(): LoopDelay } {
  const resolution = 1;
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  return {
    end() {
      histogram.disable();
      return { p99Ms: histogram.percentile(99) / 1e6, maxMs: histogram.max / 1e6 };
    },
  };
}

function openPostgres(): { store(side: 'small' | 'large'): RevocationStore; close(): Promise<void> } {
  const pool = new pg.Pool({ connectionString: process.env.BENCH_POSTGRES_URL, max: 4 });
  return {
    store: (side) => postgresStores({ pool, schema: schemas[side] }).revocations,
    close: () => pool.end(),
  };
}

function openRedis(): { store(side: 'small' | 'large'): RevocationStore; close(): Promise<void> } {
  const client = new Redis(process.env.BENCH_REDIS_URL ?? '');
  return {
    store: (side) => redisStores({ client, keyPrefix: prefixes[side] }).revocations,
    close: async () => void (await client.quit()),
  };
}
