import assert from 'node:assert/strict';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { generateSigningKey, importSigningKey } from '../../../domains/tokens/index.js';
import type { BindingCase, BindingChapter } from '../binding-case.js';
import { password, publicUrl, startAuthApp } from './auth-app.js';

const cases: readonly BindingCase[] = [
  {
    name: 'the key set is public and holds no shared secret',
    async run(bench) {
      const app = await startAuthApp(bench);
      const answer = await app.client.send({ path: '/.well-known/jwks.json' });
      assert.deepEqual([answer.status, answer.json()], [200, { keys: [] }]);
      assert.equal(answer.headers['content-type'], 'application/jwk-set+json; charset=utf-8');
      assert.match(answer.headers['cache-control'] ?? '', /^public/);
    },
  },
  ...(['ES256', 'EdDSA'] as const).map(
    (alg): BindingCase => ({
      name: `others verify ${alg} tokens with the published keys, and nothing private is among them`,
      async run(bench) {
        const jwk = await generateSigningKey(alg);
        const signingKeys = [await importSigningKey(jwk, { alg, state: 'active' })];
        const app = await startAuthApp(bench, { signingKeys });
        const input = { email: 'ada@example.com', password, transport: 'bearer' };
        const { accessToken, user } = (await app.post('/auth/register', input)).json();
        const keySet = (await app.client.send({ path: '/.well-known/jwks.json' })).json();
        assert.deepEqual(
          keySet.keys.map((key: object) => ['d', 'k', 'p'].some((name) => name in key)),
          [false],
        );
        const { payload } = await jwtVerify(accessToken, createLocalJWKSet(keySet), {
          issuer: publicUrl,
          audience: publicUrl,
          typ: 'at+jwt',
          currentDate: new Date(app.clock.now()),
        });
        assert.equal(payload.sub, user.id);
        assert.equal((await app.getAs(accessToken, '/page')).status, 200);
      },
    }),
  ),
  {
    name: 'health says that the process answers, and nothing else about it',
    async run(bench) {
      const app = await startAuthApp(bench);
      for (const path of ['/healthz', '/livez', '/readyz']) {
        const answer = await app.client.send({ path });
        assert.deepEqual([answer.status, answer.json()], [200, { status: 'ok' }], path);
        assert.equal((await app.client.send({ method: 'HEAD', path })).status, 200, path);
      }
    },
  },
  {
    name: 'each operation of the OpenAPI document is answered, and no status is missing from it',
    async run(bench) {
      const app = await startAuthApp(bench);
      const document = (await app.client.send({ path: '/auth/openapi.json' })).json();
      assert.match(document.openapi, /^3\.1\./);
      const operations = Object.entries<Record<string, { responses: object }>>(document.paths).flatMap(
        ([path, methods]) =>
          Object.entries(methods).map(([method, { responses }]) => ({ path, method, responses })),
      );
      assert.ok(operations.length >= 15);
      for (const { path, method, responses } of operations) {
        const isBare = method === 'get' || method === 'delete';
        const answer = await app.client.send({
          method: method.toUpperCase(),
          path: path.replace(/\{\w+\}/g, 'x'),
          ...(isBare ? {} : { headers: { 'content-type': 'application/json' }, body: '{}' }),
        });
        assert.ok(
          String(answer.status) in responses,
          `${method} ${path}: ${answer.status} is not in the document`,
        );
      }
    },
  },
  {
    name: 'every answer carries the baseline headers, and only public data may be cached',
    async run(bench) {
      const app = await startAuthApp(bench);
      for (const path of ['/auth/me', '/auth/csrf', '/auth/login', '/healthz', '/.well-known/jwks.json']) {
        const { headers } = await app.client.send({ path });
        assert.equal(headers['x-content-type-options'], 'nosniff', path);
        assert.equal(headers['referrer-policy'], 'no-referrer', path);
        assert.equal(headers['cache-control'] !== 'no-store', path === '/.well-known/jwks.json', path);
      }
    },
  },
];

/** What everybody may see. */
export const publicChapter: BindingChapter = { name: 'the real routes: public', cases };
