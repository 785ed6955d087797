// What a million sessions cost beside a thousand on the same server. Prints Markdown; exits with 1 when a gate is missed.
// The numbers of two runs cannot be compared, the ratios within one can. SESSIONS=100000, ROUNDS=5 and STORE=Redis make
// it shorter.
import { setTimeout as wait } from 'node:timers/promises';
import type { Operation } from '../stores/in-parallel.js';
import { printTable } from '../tokens/table.js';
import type { Contestant } from './contestant.js';
import { endCrowd } from './crowd.js';
import { createGates } from './gates.js';
import { measurePairs, type OperationPair, summarize } from './latency.js';
import { createOperations, type OperationName } from './operations.js';
import { createPopulation, crowdSize } from './population.js';
import { openPostgres, type PostgresContestant } from './postgres.js';
import { openRedis } from './redis.js';
import { measureReplica } from './replica-report.js';
import { type Served, serveDuring, serveTimes } from './serve.js';

const populations = {
  small: createPopulation(1000, 0),
  large: createPopulation(Number(process.env.SESSIONS ?? 1_000_000), 3),
};
const titles: Readonly<Record<OperationName, string>> = {
  rotate: 'rotate',
  list: 'list, a page of 20',
  endAll: 'end all of a user',
  isRevoked: 'is it revoked? (asks the store)',
};
const operationNames = Object.keys(titles) as OperationName[];
type Operations = Readonly<Record<OperationName, Operation>>;

const mostOfSmall = 1.3;
/** As the documentation of `maxEntries` says. */
const mostBytesPerEntry = 150;
/** What is looked up among a million is in no cache of the processor. */
const mostOfSmallInMemory = 5;
/** Reading an index of a million rows takes seconds. */
const mostIdleMs = 100;
const rotations = 100_000;
const quietMs = 8000;
/** The tables that grow with what is stored. */
const readTables = ['sessions', 'user_epochs', 'revocations'];
const gates = createGates();

const stores = process.env.STORE ?? 'Postgres Redis';
if (stores.includes('Postgres')) {
  await measure(await fill(() => openPostgres(read('BENCH_POSTGRES_URL'), populations)));
}
if (stores.includes('Redis')) {
  await measure(await fill(() => openRedis(read('BENCH_REDIS_URL'), populations)));
}
process.exitCode = gates.print() ? 0 : 1;

async function fill<Opened extends Contestant>(open: () => Promise<Opened>): Promise<Opened> {
  const start = performance.now();
  const contestant = await open();
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const { small, large } = populations;
  console.log(
    `${contestant.name} holds ${small.sessions} and ${large.sessions} sessions, and as many revocations: ${seconds} s.\n`,
  );
  return contestant;
}

async function measure(contestant: Contestant | PostgresContestant): Promise<void> {
  try {
    await reportBytes(contestant, 'as filled');
    const small = createOperations(contestant.small);
    const large = createOperations(contestant.large);
    if ('readCounts' in contestant)
      await reportCounts(contestant, large.rotate, () => reportLatencies(contestant, small, large));
    else await reportLatencies(contestant, small, large);
    await reportCrowd(contestant);
    await reportReplica(contestant);
    await reportCleanUp(contestant, large.rotate);
  } finally {
    await contestant.close();
  }
}

async function reportBytes(contestant: Contestant, when: string): Promise<void> {
  const stored = await contestant.measureBytes();
  printTable(
    `${contestant.name}: bytes of the sessions, ${when}`,
    stored.map(({ what, bytes, count }) => ({
      what,
      MB: (bytes / 1e6).toFixed(1),
      'bytes each': (bytes / count).toFixed(0),
      'bytes per session': (bytes / populations.large.sessions).toFixed(0),
    })),
  );
}

async function reportLatencies(
  { name: store }: Contestant,
  small: Operations,
  large: Operations,
): Promise<void> {
  const pairs = Object.fromEntries(
    operationNames.map((name) => [name, { small: small[name], large: large[name] }]),
  ) as Record<OperationName, OperationPair>;
  const measured = await measurePairs(pairs);
  const rows = operationNames.flatMap((name) =>
    (['p50', 'p99'] as const).map((share) => {
      const summary = summarize(measured[name], share);
      if (share === 'p99')
        gates.atMost(store, `${titles[name]}: p99, large ÷ small`, summary.ratio, mostOfSmall);
      return {
        operation: titles[name],
        share,
        'small, µs': summary.small.toFixed(0),
        'large, µs': summary.large.toFixed(0),
        'large ÷ small': summary.ratio.toFixed(2),
      };
    }),
  );
  printTable(`${store}: latency, 4 callers`, rows);
}

async function reportCounts(
  contestant: PostgresContestant,
  rotate: Operation,
  work: () => Promise<void>,
): Promise<void> {
  const before = await contestant.readCounts();
  await work();
  await serveTimes(rotate, rotations, 16);
  const after = await contestant.readCounts();
  const rows = after.map(({ table, updates, hotUpdates, scans }) => {
    const known = before.find((counts) => counts.table === table) ?? { updates: 0, hotUpdates: 0, scans: 0 };
    return {
      table,
      updates: updates - known.updates,
      hot: hotUpdates - known.hotUpdates,
      scans: scans - known.scans,
    };
  });
  printTable(
    `Postgres: updates and sequential scans, with ${rotations} more rotations`,
    rows.filter(({ table }) => readTables.includes(table)),
  );
  const sessions = rows.find(({ table }) => table === 'sessions');
  gates.atLeast(
    'Postgres',
    'HOT updates of sessions, %',
    (100 * (sessions?.hot ?? 0)) / (sessions?.updates ?? 0),
    95,
  );
  for (const { table, scans } of rows) {
    if (readTables.includes(table)) gates.exactly('Postgres', `sequential scans of ${table}`, scans, 0);
  }
  await reportBytes(contestant, `after ${sessions?.updates} updates`);
}

async function reportCrowd(contestant: Contestant): Promise<void> {
  const store = contestant.name;
  const { sent, endMs, outcomes, listMs, signInMs } = await endCrowd(contestant);
  const row = (what: string, ms: number) => ({ what, ms: ms.toFixed(2) });
  printTable(`${store}: a user with ${crowdSize} sessions`, [
    row('a page of 20 of the list', listMs[0]),
    row('signed out everywhere', endMs),
    row('a page of the list, all of them dead', listMs[1]),
    row('signs in again', signInMs[0]),
    row('and once more', signInMs[1]),
  ]);
  gates.exactly(store, `${crowdSize} sessions signed out: statements or scripts`, sent, 1);
  gates.exactly(store, 'refreshes of them afterwards that are invalid', outcomes.invalid ?? 0, crowdSize);
}

async function reportReplica(contestant: Contestant): Promise<void> {
  const report = await measureReplica(contestant);
  const { loadDelay, sweepDelay, checkNs, checkRatio } = report;
  const delay = ({ p99Ms, maxMs }: typeof loadDelay) =>
    `p99 ${p99Ms.toFixed(1)}, at most ${maxMs.toFixed(0)}`;
  printTable(`${contestant.name}: a process that holds ${report.entries} revocations`, [
    { what: 'heap per entry, bytes', measured: report.bytesPerEntry.toFixed(0) },
    { what: 'first load, s', measured: (report.loadMs / 1000).toFixed(1) },
    { what: 'event loop while loading, ms', measured: delay(loadDelay) },
    { what: `check among ${populations.small.sessions}, ns`, measured: checkNs.small.toFixed(0) },
    { what: `check among ${report.entries}, ns`, measured: checkNs.large.toFixed(0) },
    { what: 'large ÷ small', measured: checkRatio.toFixed(2) },
    {
      what: 'until all entries are gone, four reads a second, s',
      measured: (report.sweepMs / 1000).toFixed(1),
    },
    { what: 'event loop while they go, ms', measured: delay(sweepDelay) },
    { what: 'heap that is left, MB', measured: (report.heapLeftBytes / 1e6).toFixed(1) },
  ]);
  gates.atMost(contestant.name, 'heap per revocation, bytes', report.bytesPerEntry, mostBytesPerEntry);
  gates.atMost(contestant.name, 'check in memory, large ÷ small', checkRatio, mostOfSmallInMemory);
  gates.atMost(
    contestant.name,
    'heap left of that of all entries, %',
    (100 * report.heapLeftBytes) / (report.bytesPerEntry * report.entries),
    10,
  );
}

async function reportCleanUp(contestant: Contestant, rotate: Operation): Promise<void> {
  const store = contestant.name;
  const count = populations.large.sessions;
  const useless = await contestant.addUseless(count);
  // Whoever gets another answer than `rotated` ends the benchmark.
  const before = await serveDuring(rotate, () => wait(quietMs));
  await useless.untilExpired();
  const during = await serveDuring(rotate, () => useless.cleanUp());
  const { seconds, deleted, promised, batches } = during.result;
  const row = (when: string, { calls, perSecond, p50, p99 }: Served) => ({
    rotations: when,
    calls,
    'per second': perSecond.toFixed(0),
    'p50, µs': p50.toFixed(0),
    'p99, µs': p99.toFixed(0),
  });
  printTable(`${store}: ${count} expired sessions go while others are refreshed`, [
    row('before', before.served),
    row('meanwhile', during.served),
  ]);
  const ratio = during.served.p99 / before.served.p99;
  const steps =
    batches === undefined
      ? ''
      : ` Steps of at most ${batches.most}, the longest ${batches.longestMs.toFixed(0)} ms; one that finds nothing, ${batches.idleMs.toFixed(1)} ms.`;
  console.log(
    `${deleted} gone in ${seconds.toFixed(1)} s; p99 ${ratio.toFixed(2)} times that of before.${steps}\n`,
  );
  gates.atLeast(store, 'expired sessions that went', deleted, promised);
  if (batches !== undefined) {
    gates.atMost(store, 'rows of a step', batches.most, 500);
    gates.atMost(store, 'a step that finds nothing, ms', batches.idleMs, mostIdleMs);
  }
}

function read(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable}: start this with \`pnpm run scale\``);
  return value;
}
