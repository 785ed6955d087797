// What the stores cost, by the number of parallel callers, and a rotation beside what the database does at best. STORE=Redis measures
// that one alone. Prints Markdown; exits with 1 when a gate is missed. The numbers of two runs cannot be compared, the ratios within one can.
import { printTable } from '../tokens/table.js';
import { type Contestant, openPostgres, openRedis } from './contestants.js';
import { latency, type Measured, measureInParallel, shareOfFloor, throughput } from './in-parallel.js';
import { createOperations, type OperationName } from './operations.js';

const callerCounts = [1, 16, 64];
/** One caller waits most of the time, which says more about the machine than about the store. */
const gatedCallerCounts = [16, 64];
const leastShare = 0.8;

const titles: Readonly<Record<OperationName, string>> = {
  create: 'create a session',
  rotate: 'rotate',
  floor: 'floor of rotate',
  list: "list a user's 10 sessions",
  end: 'end one session',
  endAll: 'end all of a user',
  isRevoked: 'is it revoked?',
};

interface Row {
  readonly operation: string;
  readonly callers: number;
  readonly 'per second': string;
  readonly 'p50, µs': string;
  readonly 'p99, µs': string;
  readonly 'of the floor'?: string;
}

const gates: { store: string; gate: string; measured: string; limit: string; met: 'yes' | 'NO' }[] = [];
const contestants = {
  Postgres: () => openPostgres(read('BENCH_POSTGRES_URL')),
  Redis: () => openRedis(read('BENCH_REDIS_URL')),
};
for (const [name, open] of Object.entries(contestants)) {
  if (name !== (process.env.STORE ?? name)) continue;
  const contestant = await open();
  try {
    const operations = await createOperations(contestant);
    const rows: Row[] = [];
    for (const callers of callerCounts) {
      rows.push(...report(contestant, callers, await measureInParallel(operations, callers)));
    }
    const order = Object.values(titles);
    rows.sort((a, b) => order.indexOf(a.operation) - order.indexOf(b.operation));
    printTable(contestant.name, rows);
  } finally {
    await contestant.close();
  }
}
printTable('Gates', gates);
process.exitCode = gates.every(({ met }) => met === 'yes') ? 0 : 1;

function report(
  { name: store }: Contestant,
  callers: number,
  measured: Readonly<Record<OperationName, Measured>>,
): Row[] {
  const share = shareOfFloor(measured.rotate, measured.floor);
  if (gatedCallerCounts.includes(callers)) {
    gates.push({
      store,
      gate: `rotations ÷ floor, ${callers} callers`,
      measured: share.toFixed(2),
      limit: `≥ ${leastShare}`,
      met: share >= leastShare ? 'yes' : 'NO',
    });
  }
  return Object.entries(measured).map(([name, taken]) => ({
    operation: titles[name as OperationName],
    callers,
    'per second': throughput(taken).toFixed(0),
    'p50, µs': latency(taken, 0.5).toFixed(0),
    'p99, µs': latency(taken, 0.99).toFixed(0),
    ...(name === 'rotate' ? { 'of the floor': share.toFixed(2) } : {}),
  }));
}

function read(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable}: start this with \`pnpm run stores\``);
  return value;
}
