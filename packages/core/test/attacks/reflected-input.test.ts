/**
 * GHSA-9x4v-xfq5-m8x5 (better-auth): an error page repeated a parameter of its URL, script and all. Whatever a route refuses, nothing of
 * it stands in the answer, and no browser would take the answer for a page.
 */
import { describe, expect, it } from 'vitest';
import { createBrowser } from '../http/browser.js';
import { exampleBodyOf } from '../http/example-body.js';
import { administration, type Call, createHttpBench, exampleUrlOf } from '../http/http-bench.js';

const marker = 'alert-4fJ2kQ9s';
const script = `"><script>${marker}</script>`;
const inUrl = encodeURIComponent(script);
const { routes } = createHttpBench().http;

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  (_name, route) => {
    const { method } = route;
    const url = exampleUrlOf(route);
    const json = exampleBodyOf(route) as object;
    const calls: readonly Call[] = [
      ...['error', 'error_description', 'token', 'cursor', 'next'].map((name) => ({
        method,
        url: `${url}?${name}=${inUrl}`,
      })),
      { method, url: exampleUrlOf(route, inUrl), json },
      { method, url, json: { ...json, [script]: script } },
      { method, url, json: Object.fromEntries(Object.keys(json).map((name) => [name, script])) },
      { method, url, headers: { 'content-type': 'application/json' }, body: `{"a":"${script}` },
      { method, url, headers: { 'x-request-id': script, origin: script, authorization: script } },
    ];

    it.each([true, false])('repeats nothing that it refuses, signed in: %s', async (isSignedIn) => {
      const browser = createBrowser(createHttpBench({ auth: administration }));
      if (isSignedIn) await browser.register();
      for (const call of calls) {
        const { status, headers, body } = await browser.clone().send(call);
        if (status < 400) continue;
        expect(`${JSON.stringify(headers)}${body}`).not.toContain(marker);
        expect(headers).toMatchObject({
          'content-type': 'application/problem+json; charset=utf-8',
          'x-content-type-options': 'nosniff',
        });
      }
    });
  },
);
