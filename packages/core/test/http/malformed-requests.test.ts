import { maxBodyBytes, type Route } from '@tessera-auth/core/http';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Browser, createBrowser } from './browser.js';
import { exampleBodyOf } from './example-body.js';
import { expectBaseline, expectProblem } from './expect-problem.js';
import { administration, type Call, createHttpBench, exampleUrlOf, type HttpBench } from './http-bench.js';

const json = { 'content-type': 'application/json' };
const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const allRoutes = createHttpBench().http.routes;
const unsafeRoutes = allRoutes.filter(({ method }) => method !== 'GET');

let bench: HttpBench;
let browser: Browser;
beforeAll(async () => {
  bench = createHttpBench({ auth: administration });
  browser = createBrowser(bench);
  await browser.register();
});

/** Sends what a signed-in browser would, but for what the test spoils, and insists that no store hears of it. */
async function sendUnheard(route: Route, change: Partial<Call>) {
  bench.watched.forgetCalls();
  const answer = await browser.send({ method: route.method, url: exampleUrlOf(route), ...change });
  expect(bench.watched.calls).toEqual([]);
  expect(answer.cookies).toEqual([]);
  return answer;
}

const malformed: readonly (readonly [string, unknown])[] = [
  ['no JSON', '{'],
  ['two values', '{} {}'],
  ['a comment', '{} // why not'],
  ['single quotes', "{'a':1}"],
  ['a repeated member', '{"name":"a","name":"b"}'],
  ['a repeated member in another spelling', '{"name":"a","n\\u0061me":"b"}'],
  ['a repeated member deep down', '{"a":[{"b":1,"b":2}]}'],
  ['__proto__', '{"__proto__":{"isAdmin":true}}'],
  ['__proto__ in another spelling', '{"\\u005f_proto__":{}}'],
  ['NUL in a value', '{"name":"a\\u0000b"}'],
  ['NUL in a name', '{"a\\u0000":1}'],
  ['a lone surrogate', '{"name":"\\ud800"}'],
  ['two surrogates the wrong way round', '{"name":"\\udc00\\ud800"}'],
  ['nine levels', `${'['.repeat(9)}${']'.repeat(9)}`],
  ['ten thousand levels', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ['a byte order mark', '\ufeff{}'],
  ['a byte order mark in bytes', Buffer.from('\ufeff{}')],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['UTF-16', Buffer.from('{}', 'utf16le')],
  ['white space alone', '  '],
  ['what a parser made of NUL', { name: 'a\0b' }],
  ['what a parser made of a lone surrogate', { name: '\ud800' }],
  ['what a parser made of nine levels', [[[[[[[[[]]]]]]]]]],
  ['what a parser made of __proto__', JSON.parse('{"__proto__":{"isAdmin":true}}')],
];

const unexpected: readonly (readonly [string, unknown])[] = [
  ['an array', '[]'],
  ['a text', '"text"'],
  ['a number', '1e400'],
  ['null', 'null'],
  ['true', 'true'],
  ['members that are not known', '{"isAdmin":true,"roles":["boss"]}'],
  ['members of every object', '{"constructor":{"prototype":{}},"toString":1}'],
  ['eight levels', `${'['.repeat(8)}${']'.repeat(8)}`],
];

const foreignTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=utf-16',
  'application/json; charset=utf-8; version=1',
  'application/json, text/plain',
  'application/jsonp',
  'text/json',
  'application/problem+json',
  'application/json;',
  '',
];

describe.each(unsafeRoutes.map((route) => [nameOf(route), route] as const))(
  'the body of %s',
  (_name, route) => {
    it.each(malformed)('is refused as malformed: %s', async (_case, body) => {
      expectProblem(await sendUnheard(route, { headers: json, body }), 400, 'body_malformed');
    });

    it.each(unexpected)('is refused as unexpected: %s', async (_case, body) => {
      const answer = await sendUnheard(route, { headers: json, body });
      expectProblem(answer, 422, 'input_invalid');
      expect(answer.body).not.toMatch(/isAdmin|boss|constructor/);
    });

    it.each(foreignTypes)('is refused as %s', async (type) => {
      const answer = await sendUnheard(route, { headers: { 'content-type': type }, body: '{}' });
      expectProblem(answer, 415, 'media_type_unsupported');
    });

    it('is refused without a media type', async () => {
      expectProblem(await sendUnheard(route, { body: '{}' }), 415, 'media_type_unsupported');
    });

    it.each([
      ['text', () => ' '.repeat(maxBodyBytes + 1), {}],
      ['characters of several bytes', () => `"${'\u20ac'.repeat(maxBodyBytes / 3)}"`, {}],
      ['bytes', () => Buffer.alloc(maxBodyBytes + 1, ' '), {}],
      ['what a parser has read', () => ({}), { 'content-length': String(maxBodyBytes + 1) }],
    ])('is refused above 64 KiB: %s', async (_case, makeBody, headers) => {
      const answer = await sendUnheard(route, { headers: { ...json, ...headers }, body: makeBody() });
      expectProblem(answer, 413, 'body_too_large');
    });

    it('may be left out only where nothing in it is required', async () => {
      const isOptional = route.body === null || route.body.safeParse({}).success;
      const { send } = createHttpBench();
      const nothing = await send({ method: route.method, url: exampleUrlOf(route) });
      const empty = await send({ method: route.method, url: exampleUrlOf(route), headers: json, body: '' });
      if (isOptional) {
        expect([415, 422]).not.toContain(nothing.status);
        expect([415, 422]).not.toContain(empty.status);
      } else {
        expectProblem(nothing, 415, 'media_type_unsupported');
        expectProblem(empty, 422, 'input_invalid');
      }
    });

    it('is not refused for its form when it has the right one', async () => {
      const { send } = createHttpBench();
      const answer = await send({
        method: route.method,
        url: exampleUrlOf(route),
        json: exampleBodyOf(route),
      });
      expect([400, 413, 415]).not.toContain(answer.status);
      expect(answer.json?.errors).toBeUndefined();
    });
  },
);

describe.each(allRoutes.map((route) => [nameOf(route), route] as const))(
  'a request for %s',
  (_name, route) => {
    it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
      'is refused with the header %s',
      async (header) => {
        for (const value of ['DELETE', '']) {
          const answer = await sendUnheard(route, { headers: { [header]: value } });
          expectProblem(answer, 400, 'method_override_refused');
        }
      },
    );

    it('is refused with a method in the query', async () => {
      const answer = await sendUnheard(route, { url: `${exampleUrlOf(route)}?_method=DELETE` });
      expectProblem(answer, 400, 'method_override_refused');
    });

    it.each(['access_token', 'refresh_token', 'accessToken', 'refreshToken', 'token', 'password', '%74oken'])(
      'is refused with a secret in the URL: %s',
      async (name) => {
        const answer = await sendUnheard(route, { url: `${exampleUrlOf(route)}?a=b&${name}=x` });
        expectProblem(answer, 400, 'token_in_url');
      },
    );

    it('is refused with a parameter that is there twice', async () => {
      const answer = await sendUnheard(route, {
        url: `${exampleUrlOf(route)}?limit=1&limit=2`,
        ...(route.body === null ? {} : { json: exampleBodyOf(route) }),
      });
      expectProblem(answer, 422, 'input_invalid');
    });
  },
);

describe.each([...new Set(allRoutes.map(({ path }) => path))])('the path %s', (path) => {
  const methods = allRoutes.filter((route) => route.path === path).map(({ method }) => method);
  const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'MERGE'].filter(
    (method) => !methods.includes(method as Route['method']),
  );

  it.each(others)('does not answer %s', async (method) => {
    bench.watched.forgetCalls();
    const answer = await browser.send({ method, url: exampleUrlOf({ path }) });
    expectProblem(answer, 405, 'method_not_allowed');
    const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
    expect(answer.headers.allow?.split(', ')).toEqual(allowed);
    expect(bench.watched.calls).toEqual([]);
  });

  it('answers HEAD where it answers GET', async () => {
    const answer = await browser.send({ method: 'HEAD', url: exampleUrlOf({ path }) });
    if (!methods.includes('GET')) return expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.status).toBe(path.endsWith('/change-password') ? 302 : 200);
    expectBaseline(answer);
  });
});
