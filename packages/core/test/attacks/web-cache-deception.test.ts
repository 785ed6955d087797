/**
 * ASVS 14.2.5: a shared cache keeps what looks like a file. Whoever lures a signed-in person to `/auth/me/x.css` reads the answer
 * there, if the app takes it for `/auth/me`.
 */
import { createRouter } from '@tessera-auth/core/http';
import { describe, expect, it } from 'vitest';
import { createBrowser } from '../http/browser.js';
import { administration, createHttpBench, exampleUrlOf, requestOf } from '../http/http-bench.js';

const paths = createHttpBench()
  .http.routes.filter(({ method, isCacheable }) => method === 'GET' && isCacheable !== true)
  .map((route) => [route.path, exampleUrlOf(route, 'AAAAAAAAAAAAAAAAAAAAAA')] as const);

/** What caches take for a file, and parsers for something to leave out. */
const tails = [
  '/x.css',
  '/.css',
  '.css',
  '.js',
  '.png',
  '/x.js',
  ';x.css',
  ';.css',
  '%3Bx.css',
  '%2Fx.css',
  '/%2e%2e/x.css',
  '%3Fx.css',
  '%23x.css',
  '%00.css',
  '%0A.css',
  '%20.css',
  '%5Cx.css',
  '\\x.css',
  '//x.css',
  '/',
  '!x.css',
  '@x.css',
  '~x.css',
];

it('there are paths to try', () => expect(paths.length).toBeGreaterThan(5));

describe.each(paths)('%s', (_path, url) => {
  const openBrowser = async () => {
    const bench = createHttpBench({ auth: administration });
    const browser = createBrowser(bench);
    const { json } = await browser.register();
    return { bench, browser, userId: String(json.user.id) };
  };

  it('is not answered with something behind it', async () => {
    const { bench, browser, userId } = await openBrowser();
    const router = createRouter(bench.http.routes);
    const headers = await browser.headers();
    for (const tail of tails) {
      const answer = await router.answer(
        `${url}${tail}`,
        requestOf({ method: 'GET', url: url + tail, headers }),
      );
      if (answer !== null) {
        // Another route may end with a parameter, which the tail is a part of; it finds nothing, or has no GET.
        expect([404, 405]).toContain(answer.status);
        expect(answer.headers['cache-control']).toBe('no-store');
      }
      expect(answer?.body ?? '').not.toContain(userId);
    }
  });

  it('is kept by no cache, whatever the query looks like', async () => {
    const { browser } = await openBrowser();
    for (const query of ['x.css', '.css', 'x=.css', 'x=/x.css', '/x.css']) {
      const answer = await browser.send({ method: 'GET', url: `${url}?${query}` });
      expect({ query, caching: answer.headers['cache-control'] }).toEqual({ query, caching: 'no-store' });
    }
  });
});
