// ASVS 13.2.3: whoever knows the name of a product tries the passwords that it comes with. Tessera comes with none: it reaches a
// service only as the app says, and no source holds anything to sign in with.
import { postgresStores } from '@tessera-auth/adapters-postgres';
import { redisStores } from '@tessera-auth/adapters-redis';
import { createAuth, memoryStores } from '@tessera-auth/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findCredentials } from './support/find-credentials.js';
import { listManifests, listSources } from './support/sources.js';

const options = {
  publicUrl: 'https://app.example.com',
  secret: crypto.getRandomValues(new Uint8Array(48)),
  stores: memoryStores(),
  emailVerification: 'off',
} as const;

afterEach(() => vi.unstubAllEnvs());

describe('without what the app hands in, nothing is made up for', () => {
  it.each<[string, () => unknown]>([
    ['secret', () => createAuth({ ...options, secret: undefined as never })],
    ['secret', () => createAuth({ ...options, secret: '' })],
    ['secret', () => createAuth({ ...options, secret: [] as never })],
    ['secret', () => createAuth({ ...options, secret: 'change-me-change-me-change-me-change-me' })],
    ['stores', () => createAuth({ ...options, stores: undefined as never })],
    ['stores', () => createAuth({ ...options, stores: {} as never })],
    ['pool', () => postgresStores({} as never)],
    ['client', () => redisStores({} as never)],
  ])('%s', (option, make) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(new RegExp(`^${option}`));
  });

  it('also where the environment of the process would have it', () => {
    const environment = {
      ...{
        PGHOST: 'localhost',
        PGUSER: 'postgres',
        PGPASSWORD: 'postgres',
        DATABASE_URL: 'postgres://localhost',
      },
      ...{ REDIS_URL: 'redis://localhost', AUTH_SECRET: Buffer.from(options.secret).toString('base64') },
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(() => createAuth({ ...options, secret: undefined as never })).toThrow(/^secret/);
    expect(() => postgresStores({} as never)).toThrow(/^pool/);
    expect(() => redisStores({} as never)).toThrow(/^client/);
  });
});

describe('no source', () => {
  it('holds a way to sign in to a service, or looks for one by itself', () => {
    const sources = listSources();
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.flatMap(({ path, text }) => findCredentials(path, text))).toEqual([]);
  });

  it('is beside a file that would be published with it', () => {
    for (const { name, files } of listManifests())
      expect({ name, files: files.filter((file) => file !== 'NOTICE') }).toEqual({ name, files: ['dist'] });
  });

  it.each([
    `const url = options.url ?? 'postgres://localhost/app';`,
    `const url = 'rediss://cache:6379';`,
    `const url = \`redis://\${host}:6379\`;`,
    `const url = 'https://admin:admin@example.com';`,
    `const password = 'postgres';`,
    `const connection = { user: 'app', password: 'postgres' };`,
    `function open({ password = 'postgres' }: Options) {}`,
    `function open(apiKey = 'k-1') {}`,
    `const secret = options.secret ?? 'fallback';`,
    `const secret = options.secret || 'fallback';`,
    `options.clientSecret = 'fallback';`,
    `const secret = createSecret('fallback');`,
    `const key = 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs';`,
    `const key = '0f1e2d3c4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0';`,
    'const key = `-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----`;',
    `const password = process.env.PGPASSWORD;`,
    `const { PGPASSWORD } = process.env;`,
    `import { env } from 'node:process';`,
  ])('could hold this unnoticed: %s', (code) => {
    expect(findCredentials('packages/core/src/planted.ts', code)).toEqual([
      expect.stringMatching(/^packages\/core\/src\/planted\.ts:1: /),
    ]);
  });

  it.each([
    `const purpose = 'password-reset';`,
    `const columns = { passwordHash: 'password_hash' };`,
    `const password = input.password;`,
    `throw new TypeError('secret: expected a string or bytes');`,
    `const text = '-----BEGIN PRIVATE KEY-----';`,
    `const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';`,
    `// const password = 'postgres';`,
  ])('is suspected for this: %s', (code) => {
    expect(findCredentials('packages/core/src/planted.ts', code)).toEqual([]);
  });
});
