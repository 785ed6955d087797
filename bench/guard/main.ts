// What a guard costs per request, in CPU time of the server over the bare framework. Prints Markdown; exits with 1 when
// the gate is missed. The numbers of two runs cannot be compared, those within one can.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median } from '../tokens/interleaved.js';
import { printTable } from '../tokens/table.js';
import { sendRequests } from './load.js';
import { type Framework, type Ready, variants } from './variants.js';

const rounds = Number(process.env.ROUNDS ?? 15);
const requestsPerRound = 3000;
const warmUpRequests = 12_000;
const limitMicroseconds = 15;

interface Server extends Ready {
  readonly name: string;
  readonly child: ChildProcess;
  /** CPU microseconds per request, by round. */
  readonly costs: number[];
}

const gates: { framework: Framework; gate: string; measured: string; limit: string; met: 'yes' | 'NO' }[] =
  [];
for (const framework of ['express', 'fastify'] as const) {
  const servers = await Promise.all(variants[framework].map((name) => start(framework, name)));
  try {
    for (const server of servers) await sendRequests(server.port, server.headers, warmUpRequests);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < servers.length; turn++) {
        // Another one is first each time.
        const server = servers[(turn + round) % servers.length] as Server;
        server.costs.push(await measure(server));
      }
    }
    report(framework, servers);
  } finally {
    for (const { child } of servers) child.kill();
  }
}
printTable('Gates', gates);
process.exitCode = gates.every(({ met }) => met === 'yes') ? 0 : 1;

async function start(framework: Framework, name: string): Promise<Server> {
  const child = fork(fileURLToPath(new URL('server.mjs', import.meta.url)), [framework, name], {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const [{ port, headers }] = (await once(child, 'message')) as [Ready];
  return { name, child, port, headers, costs: [] };
}

async function measure({ child, port, headers }: Server): Promise<number> {
  const before = await askCpuMicroseconds(child);
  await sendRequests(port, headers, requestsPerRound);
  return ((await askCpuMicroseconds(child)) - before) / requestsPerRound;
}

async function askCpuMicroseconds(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [microseconds] = (await once(child, 'message')) as [number];
  return microseconds;
}

function report(framework: Framework, servers: readonly Server[]): void {
  const [bare, ...guarded] = servers as [Server, ...Server[]];
  const overBare = (server: Server) =>
    median(server.costs.map((cost, round) => cost - (bare.costs[round] ?? 0)));
  const ours = overBare(guarded[0] as Server);
  printTable(`Guard on ${framework}, CPU µs per request`, [
    { guard: bare.name, 'per request': median(bare.costs).toFixed(1) },
    ...guarded.map((server) => ({
      guard: server.name,
      'per request': median(server.costs).toFixed(1),
      'over bare': overBare(server).toFixed(1),
      'over bare ÷ ours': (overBare(server) / ours).toFixed(2),
    })),
  ]);
  for (const server of guarded.filter(({ name }) => name.startsWith('tessera'))) {
    const measured = overBare(server);
    gates.push({
      framework,
      gate: `${server.name} over bare, µs`,
      measured: measured.toFixed(1),
      limit: `≤ ${limitMicroseconds}`,
      met: measured <= limitMicroseconds ? 'yes' : 'NO',
    });
  }
}
