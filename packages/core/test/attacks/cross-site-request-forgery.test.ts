/**
 * ASVS 3.5.1 to 3.5.3, OWASP CSRF cheat sheet, CVE-2024-48913 (hono), CVE-2023-27495 (@fastify/csrf-protection): a foreign
 * page lets the victim's browser change state with the victim's cookies. Every route of the table, also later ones.
 */
import type { Route } from '@tessera-auth/core/http';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Browser, createBrowser } from '../http/browser.js';
import { exampleBodyOf } from '../http/example-body.js';
import { expectProblem } from '../http/expect-problem.js';
import { administration, createHttpBench, exampleUrlOf, type HttpBench } from '../http/http-bench.js';

/** Routes that act on their body alone, whoever sends it: the browser adds nothing that they look at. */
const onBodyAlone = [
  '/auth/revoke',
  '/auth/email/verify',
  '/auth/password/forgot',
  '/auth/password/reset',
  '/auth/mfa/setup',
];
const unsafe = createHttpBench().http.routes.filter(
  ({ method, path }) => method !== 'GET' && !onBodyAlone.includes(path),
);

let bench: HttpBench;
let victim: Browser;
beforeAll(async () => {
  // Of all victims the one with the most rights.
  bench = createHttpBench({ auth: administration });
  victim = createBrowser(bench);
  await victim.register();
});

const foreignPages = {
  'a form on another site': { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  'a page on a sibling host': { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' },
  'a sandboxed frame': { 'sec-fetch-site': 'cross-site', origin: 'null' },
  'an old browser without Fetch metadata': { 'sec-fetch-site': null, origin: 'https://evil.example' },
  'an old browser that hides where it is': { 'sec-fetch-site': null, origin: null, referer: null },
  'a lookalike host': { 'sec-fetch-site': null, origin: 'https://app.example.com.evil.example' },
  'the plain-http twin': { 'sec-fetch-site': 'cross-site', origin: 'http://app.example.com' },
};

describe.each(unsafe.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  (_name, route) => {
    it.each(Object.entries(foreignPages))('from %s is refused unheard', async (_page, headers) => {
      bench.watched.forgetCalls();
      const answer = await victim.send({ ...callOf(route), headers });
      expectProblem(answer, 403, 'csrf_refused');
      expect(answer.cookies).toEqual([]);
      expect(bench.watched.calls).toEqual([]);
    });

    it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
      'cannot be sent as a form can: %s (ASVS 3.5.2)',
      async (type) => {
        const body = JSON.stringify(exampleBodyOf(route));
        const answer = await victim.send({
          method: route.method,
          url: exampleUrlOf(route),
          headers: { 'content-type': type },
          body,
        });
        expectProblem(answer, 415, 'media_type_unsupported');
      },
    );
  },
);

/** What the stores are asked to read. */
const reading = /\.(find\w*|read\w*|list\w*|isRevoked|ping|changes|count)$/;
const safe = createHttpBench().http.routes.filter(({ method }) => method === 'GET');

it.each(safe.map(({ path }) => path))('GET %s changes nothing (ASVS 3.5.3)', async (path) => {
  bench.watched.forgetCalls();
  const { status } = await victim.send({ method: 'GET', url: exampleUrlOf({ path }) });
  expect([200, 302, 404]).toContain(status);
  // That somebody looked at the audit log is recorded there, which is no act of theirs.
  expect(bench.watched.calls.filter((call) => !reading.test(call) && call !== 'audit.append')).toEqual([]);
});

function callOf(route: Route) {
  const json = exampleBodyOf(route);
  // Where the tokens shall travel is the attacker's choice too.
  const hasTransport = ['/login', '/register', '/verify', '/setup/confirm'].some((end) =>
    route.path.endsWith(end),
  );
  return {
    method: route.method,
    url: exampleUrlOf(route),
    json: hasTransport ? { ...(json as object), transport: 'cookie' } : json,
  };
}
