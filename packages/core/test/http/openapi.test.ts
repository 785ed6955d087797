import { Validator } from '@seriousme/openapi-schema-validator';
import { createHttpAuth, type HttpAuthOptions } from '@tessera-auth/core';
import { createOpenApiDocument, defineRoute, respondEmpty } from '@tessera-auth/core/http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHttpBench } from './http-bench.js';

interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly summary: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, { readonly content?: object }>>;
}

const bench = createHttpBench({ http: { basePath: '/api/auth' } });

describe('GET /openapi.json', () => {
  it('is a valid OpenAPI 3.1 document that caches may keep', async () => {
    const answer = await bench.send({ method: 'GET', url: '/api/auth/openapi.json' });
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
    const result = await new Validator().validate(answer.json);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(answer.json.openapi).toBe('3.1.0');
    expect(answer.json.servers).toEqual([{ url: bench.auth.publicUrl }]);
  });

  it('describes every route, its input and all its answers', async () => {
    const { paths } = (await bench.send({ method: 'GET', url: '/api/auth/openapi.json' })).json as Document;
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = bench.http.routes.map(
      ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
    );
    expect(described.toSorted()).toEqual(served.toSorted());

    for (const route of bench.http.routes) {
      const operation = paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method.toLowerCase()];
      expect(operation?.summary).toBe(route.summary);
      expect(Object.keys(operation?.responses ?? {})).toEqual(
        expect.arrayContaining([...Object.keys(route.answers), '400']),
      );
      expect(operation?.responses['415'] !== undefined).toBe(route.method !== 'GET');
      expect(operation?.requestBody !== undefined).toBe(route.body !== null);
      expect(operation?.security !== undefined).toBe(route.isProtected);
      for (const [status, { content }] of Object.entries(operation?.responses ?? {})) {
        const isProblem = content !== undefined && 'application/problem+json' in content;
        expect(isProblem).toBe(Number(status) >= 400);
      }
    }
  });

  it('has the parameters of path and query', async () => {
    const { paths } = (await bench.send({ method: 'GET', url: '/api/auth/openapi.json' })).json as Document;
    expect(paths['/api/auth/sessions/{id}']?.delete?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true },
    ]);
    expect(paths['/api/auth/sessions']?.get?.parameters).toMatchObject([
      { name: 'cursor', in: 'query', required: false },
      { name: 'limit', in: 'query', required: false },
    ]);
  });

  it("can be made of a selection and the app's own routes", async () => {
    const own = defineRoute({
      method: 'POST',
      path: '/things/:thing/parts/:part',
      summary: 'Adds a part',
      answers: { 204: 'Added' },
      handle: () => respondEmpty(204),
    });
    const document = createOpenApiDocument([own], {
      title: 'Things',
      serverUrl: 'https://things.example.com',
    });
    expect((await new Validator().validate({ ...document })).valid).toBe(true);
    expect(Object.keys((document as Document).paths)).toEqual(['/things/{thing}/parts/{part}']);
  });
});

describe('without publishesOpenApi (ASVS 13.4.5)', () => {
  it('no document, no metric and nothing of the inside is public', async () => {
    const { http, send } = createHttpBench({ http: { publishesOpenApi: false } });
    const answered = await Promise.all(
      http.routes
        .filter(({ method, isProtected }) => method === 'GET' && !isProtected)
        .map(async ({ method, path }) => [path, (await send({ method, url: path })).status] as const),
    );
    expect(Object.fromEntries(answered)).toEqual({
      '/.well-known/change-password': 302,
      '/.well-known/jwks.json': 200,
      '/healthz': 200,
      '/livez': 200,
      '/readyz': 200,
    });
  });

  it('the document is for whoever asks for it, and is not there unless somebody does', () => {
    const listPaths = (options: HttpAuthOptions) =>
      createHttpAuth(bench.auth, options).routes.map(({ path }) => path);
    expect(listPaths({})).not.toContain('/auth/openapi.json');
    expect(listPaths({ publishesOpenApi: true })).toEqual([...listPaths({}), '/auth/openapi.json']);

    const { paths } = createOpenApiDocument(createHttpAuth(bench.auth).routes, {
      title: 'Authentication',
      serverUrl: bench.auth.publicUrl,
    }) as Document;
    expect(Object.keys(paths)).toContain('/auth/login');
  });
});

describe('what people are asked for', () => {
  /** The names of all members of the bodies of routes below `path`. */
  const listMembers = (path: string) => {
    const named = bench.http.routes
      .filter((route) => route.path.startsWith(path))
      .flatMap(({ body }) => Object.keys(body === null ? {} : (z.toJSONSchema(body).properties ?? {})));
    return [...new Set(named)].toSorted();
  };

  it('is no hint, no secret question and no number of a phone (ASVS 6.4.2, 6.6.1)', () => {
    expect(listMembers('/api/auth')).toEqual([
      'attemptId',
      'code',
      'currentPassword',
      // What an administrator writes of a role.
      'description',
      'deviceToken',
      'email',
      'expiresAt',
      'includeCurrent',
      'method',
      'mfaToken',
      'name',
      'newEmail',
      'newPassword',
      'password',
      'permissions',
      'refreshToken',
      'rememberDevice',
      'token',
      'token_type_hint',
      'transport',
    ]);
  });

  it('of administrators is no password of somebody else (ASVS 6.4.6)', () => {
    expect(bench.http.routes.some(({ path }) => path.startsWith('/api/auth/admin/users'))).toBe(true);
    // What a role is, and until when somebody has it.
    expect(listMembers('/api/auth/admin')).toEqual(['description', 'expiresAt', 'name', 'permissions']);
  });
});

describe('what is public', () => {
  it.each([
    ['/.well-known/jwks.json', 'public, max-age=300', { keys: [] }],
    ['/healthz', 'no-store', { status: 'ok' }],
    ['/livez', 'no-store', { status: 'ok' }],
    ['/readyz', 'no-store', { status: 'ok' }],
  ])('%s', async (url, caching, json) => {
    const answer = await bench.send({ method: 'GET', url });
    expect([answer.status, answer.headers['cache-control'], answer.json]).toEqual([200, caching, json]);
  });
});
