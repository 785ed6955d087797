import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { expect, inject, it } from 'vitest';
import { chromiumFlags, createDatabase } from '../src/index.js';

it('hands the main Postgres to every test', async () => {
  expect(await createDatabase(inject('postgresUrl'), 'handed_over')).toMatch(/^postgres:.*\/handed_over$/);
});

it('hands the Redis to every test', async () => {
  const client = new Redis(inject('redisUrl'));
  expect(await client.ping()).toBe('PONG');
  client.disconnect();
});

it('hands a Chromium that renders to every test', async () => {
  const profile = await mkdtemp(join(tmpdir(), 'tessera-profile-'));
  const page = 'data:text/html,<script>document.title = 6 * 7</script>';
  const args = [...chromiumFlags, `--user-data-dir=${profile}`, '--dump-dom', page];
  const { stdout } = await promisify(execFile)(inject('chromiumPath'), args);
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  expect(stdout).toContain('<title>42</title>');
});
