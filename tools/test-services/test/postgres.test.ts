import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type PostgresServer, type PostgresVersion, startPostgres } from '../src/index.js';

async function query(url: string, text: string, connectionTimeoutMillis = 20_000): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis });
  // A killed server ends the connection outside of any query.
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

for (const version of ['embedded', 'installed'] satisfies PostgresVersion[]) {
  // Where there is no second server, the setup of this run has said why.
  const isMissing = version === 'installed' && inject('postgresInstalledUrl') === null;
  describe.skipIf(isMissing)(`startPostgres: ${version}`, () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres({ version, own: true, settings: { max_connections: '33' } });
    });
    afterAll(() => server?.stop());

    it('runs a real server with the settings asked for', async () => {
      expect(Number.parseInt(server.version, 10)).toBeGreaterThanOrEqual(version === 'embedded' ? 18 : 14);
      expect(await query(server.url, 'show max_connections')).toEqual([{ max_connections: '33' }]);
    });

    it('refuses a caller without the password', async () => {
      const url = new URL(server.url);
      url.password = 'guess';
      await expect(query(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    });

    it('creates an empty database in place of an old one', async () => {
      const url = await server.createDatabase('orders');
      await query(url, 'create table kept (id int)');
      expect(await server.createDatabase('orders')).toBe(url);
      expect(await query(url, "select to_regclass('kept') as kept")).toEqual([{ kept: null }]);
    });

    it('refuses a database name that is more than a name', async () => {
      await expect(server.createDatabase('a; drop database postgres')).rejects.toThrow(TypeError);
    });

    it('keeps its port and its committed rows through a kill', async () => {
      const url = await server.createDatabase('survivors');
      await query(url, 'create table row (id int)');
      await query(url, 'insert into row values (7)');
      await server.kill();
      await expect(query(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await server.restart();
      expect(await query(url, 'select id from row')).toEqual([{ id: 7 }]);
    });

    it('answers nothing while frozen, and then goes on', async () => {
      await server.freeze();
      await expect(query(server.url, 'select 1', 1_000)).rejects.toThrow(/timeout/);
      await server.thaw();
      expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    });

    it('freezes the workers of open connections too', async () => {
      const client = new Client({ connectionString: server.url, query_timeout: 500 });
      await client.connect();
      await server.freeze();
      await expect(client.query('select 1')).rejects.toThrow(/timeout/);
      await server.thaw();
      await client.end();
    });
  });
}

describe('startPostgres', () => {
  it('leaves nothing running after stop, and can be stopped twice', async () => {
    const server = await startPostgres({ own: true });
    await server.stop();
    await server.stop();
    await expect(query(server.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(server.restart()).rejects.toThrow(/was stopped/);
  });

  it('shows the log of a server that does not start', async () => {
    const settings = { shared_buffers: 'a lot' };
    await expect(startPostgres({ own: true, settings })).rejects.toThrow(/shared_buffers/);
  });
});
