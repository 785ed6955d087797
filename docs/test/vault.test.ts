// ASVS 13.3.1: the example that reads secrets and keys from a vault, against a mounted file and a server that answers as Vault does.
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  type Auth,
  type AuthOptions,
  createAuth,
  generateSigningKey,
  memoryStores,
  type Secret,
  type SigningKey,
} from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { findSection, listBlocks, readPage, repository } from './support/pages.js';

type Stores = AuthOptions['stores'];

interface Vault {
  readonly url: string;
  readonly token: Secret<string>;
}

/** What the block of the guide exports. */
interface Example {
  readMounted(file: string): Promise<Secret<string>>;
  readFromVault(vault: Vault, path: string, field: string): Promise<Secret<string>>;
  openSigningKeys(
    vault: Vault,
  ): Promise<{ signingKeys: () => readonly SigningKey[]; refresh: () => Promise<void> }>;
  openVaulted(vault: Vault, stores: Stores): Promise<Auth>;
}

const random = () => Buffer.from(crypto.getRandomValues(new Uint8Array(48))).toString('base64');
const vaultToken = random();
const rootSecret = random();
const [first, second] = [await generateSigningKey('ES256'), await generateSigningKey('ES256')];
/** What must be seen nowhere: the beginnings, since a message may cut off what it quotes. */
const hidden = [vaultToken, rootSecret, String(first.d), String(second.d)].map((value) => value.slice(0, 8));

const received: IncomingMessage[] = [];
let kept: Record<string, string> = {};
let answerAs: 'vault' | 'sealed' | 'elsewhere' | 'garbled' | 'filled wrongly' = 'vault';
const server = createServer((request, response) => {
  received.push(request);
  const isRight = request.headers['x-vault-token'] === vaultToken && request.url === '/v1/secret/data/auth';
  if (answerAs === 'elsewhere') response.writeHead(307, { location: '/elsewhere' }).end();
  else if (answerAs === 'garbled') response.writeHead(200).end(rootSecret);
  // Worse than a real one, which does not say what it has been asked with.
  else if (answerAs === 'sealed' || !isRight)
    response.writeHead(503).end(JSON.stringify({ errors: [rootSecret, request.headers['x-vault-token']] }));
  else response.writeHead(200).end(JSON.stringify({ data: { data: kept, metadata: { version: 1 } } }));
});

let example: Example;
let folder: string;
let vault: Vault;

beforeAll(async () => {
  const blocks = listBlocks(
    findSection(readPage('docs/guide/rotating-secrets-and-keys.md'), '## From a vault'),
  );
  const cache = join(repository, 'docs/.cache/vault');
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, 'vault.ts'), blocks[0]?.code ?? '');
  example = await import(join(cache, 'vault.ts'));

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  folder = await mkdtemp(join(tmpdir(), 'tessera-vault-'));
  await writeFile(join(folder, 'token'), `${vaultToken}\n`, { mode: 0o600 });
  vault = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: await example.readMounted(join(folder, 'token')),
  };
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  received.length = 0;
  answerAs = 'vault';
  kept = { secret: rootSecret, signingKeys: JSON.stringify([{ jwk: first, state: 'active' }]) };
});
afterEach(() => vi.restoreAllMocks());

async function openAuth() {
  const keys = await example.openSigningKeys(vault);
  const options = {
    publicUrl: 'http://localhost:3000',
    secret: await example.readFromVault(vault, 'auth', 'secret'),
    signingKeys: keys.signingKeys,
    stores: memoryStores(),
    emailVerification: 'off',
  } as const;
  return { keys, options, auth: createAuth(options) };
}

const person = { tenantId: '', email: 'ada@example.org', password: 'seven quiet herons wade', name: null };
const origin = { ip: null, userAgent: null, isBrowser: false };

it('a mounted file is read without the end of its line', async () => {
  expect(vault.token.reveal()).toBe(vaultToken);
});

it('an app starts with what the vault has, and signs with it', async () => {
  const auth = await example.openVaulted(vault, memoryStores());
  const { accessToken } = finishedSignIn(await auth.register({ ...person, origin }));
  expect(auth.accessTokens.jwks.keys.map(({ kid }) => kid)).toEqual([first.kid]);
  const [header = ''] = accessToken.split('.');
  expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ kid: first.kid });
  expect(received.map(({ method, url }) => `${method} ${url}`)).toEqual(
    Array(2).fill('GET /v1/secret/data/auth'),
  );
});

it('keys that are replaced in the vault are taken without a restart', async () => {
  const { auth, keys } = await openAuth();
  const { accessToken } = finishedSignIn(await auth.register({ ...person, origin }));
  kept.signingKeys = JSON.stringify([
    { jwk: second, state: 'active' },
    { jwk: first, state: 'retiring' },
  ]);
  await keys.refresh();
  expect(auth.accessTokens.jwks.keys.map(({ kid }) => kid).toSorted()).toEqual(
    [first.kid, second.kid].toSorted(),
  );
  expect(() => auth.accessTokens.verify(accessToken)).not.toThrow();

  answerAs = 'sealed';
  await expect(keys.refresh()).rejects.toThrow('vault: auth: 503');
  expect(auth.accessTokens.jwks.keys).toHaveLength(2);
});

it.each(['sealed', 'elsewhere', 'garbled', 'filled wrongly'] as const)(
  'a vault that is %s starts no app, and its error tells nothing',
  async (as) => {
    answerAs = as;
    if (as === 'filled wrongly') kept.signingKeys = String(first.d);
    const error = await openAuth().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    const told = inspect(error, { depth: null, showHidden: true });
    for (const value of hidden) expect(told).not.toContain(value);
    expect(received.map(({ url }) => url)).toEqual(['/v1/secret/data/auth']);
  },
);

it('nothing of it is in what an app prints, in JSON, or in what is in force', async () => {
  const printed: string[] = [];
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, name).mockImplementation(
      (...given) => void printed.push(inspect(given, { depth: null })),
    );
  const { auth, keys, options } = await openAuth();
  await auth.register({ ...person, origin });
  console.log({ vault, options, auth, keys: keys.signingKeys() });
  printed.push(
    JSON.stringify({ vault, options, keys: keys.signingKeys() }),
    `${options.secret}${vault.token}`,
  );
  printed.push(inspect(auth.describePolicy(), { depth: null }), JSON.stringify(auth.accessTokens.jwks));

  expect(printed.join()).toContain('[Secret]');
  for (const value of hidden) expect(printed.join()).not.toContain(value);
  // And it would have been seen.
  expect(inspect({ secret: options.secret.reveal() })).toContain(hidden[1]);
});
