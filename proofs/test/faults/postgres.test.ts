import { setTimeout as delay } from 'node:timers/promises';
import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import type { Duration } from '@tessera-auth/core/stores';
import {
  type PostgresServer,
  startPostgres,
  startTcpProxy,
  type TcpProxy,
} from '@tessera-auth/test-services';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, it, vi } from 'vitest';
import { fillDisk } from './full-disk.js';
import { cutConnections } from './storm/cut-connections.js';
import { itWithEveryFault } from './storm/every-fault.js';
import { expectSound } from './storm/expect-sound.js';
import { isGood, isOutage, runStorm, type StormUnderWay } from './storm/storm.js';
import { type StormNode, startStormNode } from './storm/storm-node.js';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let server: PostgresServer;
let proxy: TcpProxy;
beforeAll(async () => {
  // One of its own, to break.
  server = await startPostgres({ own: true, settings: { max_connections: '40' } });
  proxy = await startTcpProxy(server.port);
});
afterAll(async () => {
  await proxy.close();
  await server.stop();
});

let pools: pg.Pool[] = [];
let nodes: readonly StormNode[] = [];
afterEach(async () => {
  proxy.resume();
  await Promise.all(nodes.map((node) => node.close()));
  await Promise.all(pools.map((pool) => pool.end()));
  [pools, nodes] = [[], []];
});

function createPool(): pg.Pool {
  const pool = new pg.Pool({ connectionString: proxy.urlFor(server.url), max: 10 });
  pool.on('error', () => {});
  return pool;
}

async function connectDirectly(name: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: server.url, application_name: name });
  client.on('error', () => {});
  await client.connect();
  return client;
}

type Fault = (storm: StormUnderWay) => Promise<void>;

async function survive(name: string, fault: Fault, rotationFloor: Duration = '3s'): Promise<void> {
  pools = [createPool(), createPool()];
  const stores = pools.map((pool) => postgresStores({ pool, timeout: '2s' }));
  const [{ users, migrate }] = stores as [PostgresStores];
  await migrate();
  nodes = await Promise.all(stores.map((each) => startStormNode({ stores: each, rotationFloor })));
  expectSound(await runStorm({ name: `Postgres ${name}`, nodes, users, fault }));
}

describe('a storm of clients on Postgres', () => {
  it('survives a crash of the server', () =>
    survive('killed and restarted', async (storm) => {
      await server.kill();
      await storm.untilEveryNodeAnswers('outages', isOutage, 20);
      await server.restart();
    }));

  itWithEveryFault('survives a server that is frozen', () =>
    survive('frozen', async (storm) => {
      await server.freeze();
      await Promise.all([delay(3_500), storm.untilEveryNodeAnswers('outages', isOutage, 20)]);
      await server.thaw();
    }),
  );

  it('survives connections that are cut in the middle of statements', () =>
    survive('cut 20 times', (storm) => cutConnections(proxy, storm)));

  itWithEveryFault('survives a network that takes 5 s', () => {
    const fault: Fault = async (storm) => {
      proxy.latency(5_000);
      await Promise.all([delay(6_000), storm.untilEveryNodeAnswers('outages', isOutage, 20)]);
      proxy.resume();
    };
    // What is still on its way must not arrive after the next rotation but one.
    return survive('5 s away', fault, '6s');
  });

  itWithEveryFault('survives other programs that take every connection', () =>
    survive('out of connections', async (storm) => {
      const hogs = await takeAllConnections();
      await storm.untilEveryNodeAnswers('outages', isOutage, 20);
      await Promise.all(hogs.map((hog) => hog.end()));
    }),
  );

  itWithEveryFault('survives a disk that is full', async ({ skip }) => {
    const client = await connectDirectly('operator');
    let isFillable = true;
    try {
      await survive('disk full', async (storm) => {
        const disk = await fillDisk(client, 'tessera.sessions');
        isFillable = disk !== null;
        if (disk === null) return;
        await storm.untilEveryNodeAnswers('outages', isOutage, 20);
        await storm.untilEveryNodeAnswers('users who are let in all the same', isGood, 20);
        await disk.empty();
      });
    } finally {
      await client.end();
    }
    if (isFillable) return;
    const reason = 'NOT TESTED: a full disk needs Linux, prlimit, and a Postgres that may be limited with it';
    process.stdout.write(`${reason}\n`);
    skip(reason);
  });
});

/** As many as the server grants, while nobody else has one. */
async function takeAllConnections(): Promise<readonly pg.Client[]> {
  const hogs = [await connectDirectly('hog')];
  for (;;) {
    const hog = await connectDirectly('hog').catch(() => null);
    if (hog !== null) {
      hogs.push(hog);
      continue;
    }
    const others = await hogs[0]?.query(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where backend_type = 'client backend' and application_name <> 'hog'`);
    if (others?.rowCount === 0) return hogs;
  }
}
