// ASVS 13.1.1: the guide writes down every connection, in and out, and nothing opens one that is not there.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findConnecting } from './support/find-connecting.js';
import { findSection, readPage, repository } from './support/pages.js';
import { listManifests, listSources } from './support/sources.js';

const section = findSection(readPage('docs/guide/operations.md'), '## Connections').text;
const rows = [...section.matchAll(/^\| (?!-|Connection )(.+) \|$/gm)].map(([, cells = '']) =>
  cells.split(' | ').map((cell) => cell.trim()),
);
const listWords = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

/** What the table says that connects, and what the line below it says that does not. */
const connecting = rows.flatMap(([, code = '']) => listWords(code));
const silent = listWords(/^No connection of their own: (.+?)\.$/ms.exec(section)?.[1] ?? '');

const manifests = listManifests();
const ours = new Set(manifests.map(({ name }) => name));
const dependencies = new Set(
  manifests
    .flatMap((manifest) => Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
    .filter((name) => !ours.has(name)),
);
/** What the sources run that may open a connection. */
const run = new Set(
  listSources()
    .flatMap(({ path, text }) => findConnecting(path, text))
    .filter((name) => !ours.has(name)),
);
const unwritten = (names: Iterable<string>) =>
  [...names].filter((name) => !connecting.includes(name) && !silent.includes(name));

describe('the table of connections', () => {
  it('has everything in the sources that may open one, and every package that they use', () => {
    expect(unwritten(run)).toEqual([]);
    expect(unwritten(dependencies)).toEqual([]);
  });

  it('has nothing that is not there, and nothing twice', () => {
    const written = [...connecting, ...silent];
    expect(written.length).toBeGreaterThan(12);
    expect(written.filter((name) => !run.has(name) && !dependencies.has(name))).toEqual([]);
    expect(new Set(written).size).toBe(written.length);
  });

  it('says of each who opens it, to where, by which protocol and for how long', () => {
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      expect(row).toHaveLength(6);
      for (const cell of row) expect(cell).not.toBe('');
    }
  });

  it.each([
    ['packages/adapters-postgres/src/postgres-stores.ts', 'timeout', '5s'],
    ['packages/adapters-redis/src/redis-stores.ts', 'timeout', '2s'],
    ['packages/core/src/domains/passwords/password-options.ts', 'breachTimeout', '3s'],
  ])('has the time-out of %s', (path, option, duration) => {
    const source = readFileSync(join(repository, path), 'utf8');
    expect(source).toContain(`options.${option} ?? '${duration}'`);
    expect(rows.filter(([, , , , , ends]) => ends?.includes(`\`${option}\`, ${duration}`))).not.toEqual([]);
  });
});

describe('a new way out is noticed', () => {
  it.each([
    [`import { connect } from 'node:tls';`, 'node:tls connect'],
    [`import { isIP, Socket as Plain } from 'net';`, 'net Socket'],
    [`import https from 'node:https';`, 'node:https *'],
    [`import * as dns from 'node:dns/promises';`, 'node:dns/promises *'],
    [`export { request } from 'node:http';`, 'node:http *'],
    [`const { request } = await import('node:http2');`, 'node:http2 *'],
    [`import { execFile } from 'node:child_process';`, 'node:child_process execFile'],
    [`import { createRequire } from 'node:module';`, 'node:module createRequire'],
    [`const keys = createRemoteJWKSet(url);`, 'createRemoteJWKSet'],
    [`import pg from 'pg';`, 'pg'],
    [`import { Redis } from 'ioredis';`, 'ioredis'],
    [`import { request } from '@some/client/http';`, '@some/client'],
    [`const answer = await fetch('https://example.com');`, 'fetch'],
    [`const send = options.send ?? fetch;`, 'fetch'],
    [`const answer = globalThis.fetch('https://example.com');`, 'fetch'],
    [`const net = process.getBuiltinModule('node:net');`, 'getBuiltinModule'],
    [`const socket = new WebSocket('wss://example.com');`, 'WebSocket'],
  ])('%s', (code, expected) => {
    expect(findConnecting('planted.ts', code)).toEqual([expected]);
  });

  it.each([
    `import type { Socket } from 'node:net';`,
    `import { isIP, type Socket } from 'node:net';`,
    `import { randomBytes } from 'node:crypto';`,
    `// fetch('https://example.com')`,
    `const given = { fetch: 1 }.fetch;`,
    `let socket: WebSocket;`,
  ])('and nothing else is: %s', (code) => {
    expect(findConnecting('planted.ts', code)).toEqual([]);
  });

  it('where the table does not have it', () => {
    expect(unwritten(['node:tls connect', 'undici', 'fetch'])).toEqual([
      'node:tls connect',
      'undici',
      'fetch',
    ]);
  });
});
