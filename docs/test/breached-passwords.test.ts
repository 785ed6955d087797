// ASVS 6.2.12: the example that asks for passwords from breaches, against a server that answers as the service does.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAuth, memoryStores } from '@tessera-auth/core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { findSection, listBlocks, readPage, repository } from './support/pages.js';

type IsBreached = (password: string, signal: AbortSignal, service: string) => Promise<boolean>;

const breached = 'seven quiet herons wade';
const padding = 'eight quiet herons wade';
const unknown = 'nine quiet herons wade';
const digestOf = (password: string) => createHash('sha1').update(password).digest('hex').toUpperCase();

const received: IncomingMessage[] = [];
let status = 200;
const server = createServer((request, response) => {
  received.push(request);
  const prefix = request.url?.slice('/range/'.length);
  const lines = (
    [
      [breached, 7],
      [padding, 0],
    ] as const
  )
    .filter(([password]) => digestOf(password).startsWith(prefix ?? ''))
    .map(([password, count]) => `${digestOf(password).slice(5)}:${count}`);
  response.writeHead(status).end([`${'0'.repeat(35)}:3`, ...lines].join('\r\n'));
});

let isBreached: IsBreached;
let service: string;

beforeAll(async () => {
  const section = findSection(
    readPage('docs/guide/passwords-and-migrating-hashes.md'),
    '### Passwords from breaches',
  );
  const folder = join(repository, 'docs/.cache/breached-passwords');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'is-breached.ts'), listBlocks(section)[0]?.code ?? '');
  ({ isBreached } = await import(join(folder, 'is-breached.ts')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  service = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  received.length = 0;
  status = 200;
});

const register = (password: string) =>
  createAuth({
    publicUrl: 'http://localhost:3000',
    secret: crypto.getRandomValues(new Uint8Array(48)),
    stores: memoryStores(),
    emailVerification: 'off',
    passwords: { isBreached: (given, signal) => isBreached(given, signal, service) },
  }).register({
    ...{ tenantId: '', email: 'ada@example.org', password, name: null },
    origin: { ip: null, userAgent: null, isBrowser: false },
  });

it('refuses a password that was stolen elsewhere, and takes others', async () => {
  await expect(register(breached)).rejects.toMatchObject({ code: 'password_too_common' });
  await expect(register(padding)).resolves.toMatchObject({ kind: 'signed_in' });
  await expect(register(unknown)).resolves.toMatchObject({ kind: 'signed_in' });
});

it('sends five letters of a digest, and nothing else of the password', async () => {
  await register(unknown);
  expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual([
    `GET /range/${digestOf(unknown).slice(0, 5)}`,
  ]);
  const sent = JSON.stringify([received[0]?.rawHeaders, received[0]?.url]);
  expect(sent).not.toContain(digestOf(unknown).slice(5, 10));
  expect(sent).not.toContain('herons');
});

it('takes no password while the service does not answer as it should', async () => {
  status = 500;
  await expect(register(unknown)).rejects.toMatchObject({ code: 'store_unavailable' });
});
