// What a guard costs per request, in CPU time of the server over the bare framework. Prints Markdown; exits with 1 when
// a gate is missed. The numbers of two runs cannot be compared, those within one can.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { median } from '../tokens/interleaved.js';
import { printTable } from '../tokens/table.js';
import { checkGates, type Gate } from './gates.js';
import { sendRequests } from './load.js';
import { requireSound } from './require-sound.js';
import { type Framework, type Ready, variants } from './variants.js';

const rounds = Number(process.env.ROUNDS ?? 31);
const roundMs = 100;
const warmUpMs = 1500;
const warmUpPortion = 250;

interface Server extends Ready {
  readonly name: string;
  readonly child: ChildProcess;
  /** How many requests take about as long as a round. */
  requests: number;
  /** CPU microseconds per request, by round. */
  readonly costs: number[];
  /** Requests per second, by round. */
  readonly rates: number[];
}

const gates: Gate[] = [];
for (const framework of ['express', 'fastify'] as const) {
  const servers: Server[] = [];
  try {
    for (const name of variants[framework]) servers.push(await start(framework, name));
    for (const server of servers) {
      await requireSound(server.name, server);
      await warmUp(server);
    }
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < servers.length; turn++) {
        // Another one is first each time.
        await measure(servers[(turn + round) % servers.length] as Server);
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
  const [ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`${name} on ${framework} did not start`);
    }),
  ])) as [Ready];
  return { name, child, ...ready, requests: 0, costs: [], rates: [] };
}

/** Until the code is compiled and the speed is known. */
async function warmUp(server: Server): Promise<void> {
  const start = performance.now();
  let sent = 0;
  while (performance.now() - start < warmUpMs) {
    await sendRequests(server.port, server.accepted, warmUpPortion);
    sent += warmUpPortion;
  }
  server.requests = Math.round((sent * roundMs) / (performance.now() - start));
}

async function measure({ child, port, accepted, requests, costs, rates }: Server): Promise<void> {
  const before = await askCpuMicroseconds(child);
  const start = performance.now();
  await sendRequests(port, accepted, requests);
  rates.push((requests * 1000) / (performance.now() - start));
  costs.push(((await askCpuMicroseconds(child)) - before) / requests);
}

async function askCpuMicroseconds(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [microseconds] = (await once(child, 'message')) as [number];
  return microseconds;
}

function report(framework: Framework, servers: readonly Server[]): void {
  const [bare, ...guarded] = servers as [Server, ...Server[]];
  const overBare = Object.fromEntries(
    guarded.map(({ name, costs }) => [
      name,
      median(costs.map((cost, round) => cost - (bare.costs[round] ?? 0))),
    ]),
  );
  const ours = overBare['tessera, from memory'] ?? Number.NaN;
  printTable(
    `Guard on ${framework}, CPU µs per request`,
    servers.map((server) => {
      const over = overBare[server.name];
      return {
        guard: server.name,
        'per request': median(server.costs).toFixed(1),
        'over bare': over?.toFixed(1),
        'over bare ÷ ours': over === undefined ? undefined : (over / ours).toFixed(2),
        'requests per second': median(server.rates).toFixed(0),
      };
    }),
  );
  gates.push(...checkGates(framework, overBare));
}
