import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type PostgresServer, startPostgres, startRedis } from '../src/index.js';

describe('a server that the environment names', () => {
  let named: PostgresServer;
  beforeAll(async () => {
    named = await startPostgres({ own: true });
  });
  afterAll(() => named?.stop());
  afterEach(() => vi.unstubAllEnvs());

  it('is used instead of one of our own, and neither stopped nor broken', async () => {
    vi.stubEnv('TEST_POSTGRES_URL', named.url);
    const server = await startPostgres();
    expect(server).toMatchObject({ url: named.url, port: named.port, version: named.version });
    await expect(server.kill()).rejects.toThrow(/TEST_POSTGRES_URL/);
    await expect(server.freeze()).rejects.toThrow(/own: true/);
    await server.stop();
    expect(await server.createDatabase('still_there')).toContain('/still_there');
  });

  it('is left alone by a test that asks for its own', async () => {
    vi.stubEnv('TEST_POSTGRES_URL', named.url);
    const own = await startPostgres({ own: true });
    expect(own.port).not.toBe(named.port);
    await own.stop();
  });

  it('may be a Redis', async () => {
    vi.stubEnv('TEST_REDIS_URL', 'redis://127.0.0.1:6400');
    const server = await startRedis();
    expect(server).toMatchObject({ url: 'redis://127.0.0.1:6400', port: 6400 });
    await expect(server.restart()).rejects.toThrow(/TEST_REDIS_URL/);
  });
});
