import { setTimeout as delay } from 'node:timers/promises';
import { type PostgresStores, postgresStores } from '@tessera-auth/adapters-postgres';
import {
  type PostgresServer,
  startPostgres,
  startTcpProxy,
  type TcpProxy,
} from '@tessera-auth/test-services';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, it, vi } from 'vitest';
import { expectSound } from './storm/expect-sound.js';
import { isOutage, runStorm, type StormUnderWay } from './storm/storm.js';
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

let pools: pg.Pool[];
let stores: PostgresStores;
let nodes: StormNode[];
beforeEach(async () => {
  pools = [createPool(), createPool()];
  const both = pools.map((pool) => postgresStores({ pool, timeout: '2s' }));
  stores = both[0] as PostgresStores;
  await stores.migrate();
  nodes = await Promise.all(both.map((each) => startStormNode({ stores: each, rotationFloor: '3s' })));
});
afterEach(async () => {
  proxy.resume();
  await Promise.all(nodes.map((node) => node.close()));
  await Promise.all(pools.map((pool) => pool.end()));
});

function createPool(): pg.Pool {
  const pool = new pg.Pool({ connectionString: proxy.urlFor(server.url), max: 10 });
  pool.on('error', () => {});
  return pool;
}

async function survive(name: string, fault: (storm: StormUnderWay) => Promise<void>): Promise<void> {
  expectSound(await runStorm({ name: `Postgres ${name}`, nodes, users: stores.users, fault }));
}

describe('a storm of clients on Postgres', () => {
  it('survives a crash of the server', () =>
    survive('killed and restarted', async (storm) => {
      await server.kill();
      await storm.untilEveryNodeAnswers('outages', isOutage, 20);
      await server.restart();
    }));

  it('survives a server that is frozen', () =>
    survive('frozen', async (storm) => {
      await server.freeze();
      await Promise.all([delay(3_500), storm.untilEveryNodeAnswers('outages', isOutage, 20)]);
      await server.thaw();
    }));

  it('survives connections that are cut in the middle of statements', () =>
    survive('cut 20 times', async (storm) => {
      for (let cut = 0; cut < 20; cut++) {
        // Statements gather that have been sent and not been answered.
        proxy.stall();
        await delay(50);
        proxy.cut();
        proxy.resume();
        await storm.untilEveryNodeAnswers('anything', () => true, 5);
      }
    }));
});
