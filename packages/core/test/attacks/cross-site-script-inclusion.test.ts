/**
 * ASVS 3.5.6, 3.5.7, 3.5.8: a page of another site loads an answer as a script, a style or an image, with the cookies of whoever
 * is looking at it, and reads what it defines or how large it is.
 */
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { createBrowser } from '../http/browser.js';
import { administration, createHttpBench, exampleUrlOf } from '../http/http-bench.js';

const readable = createHttpBench()
  .http.routes.filter(({ method }) => method === 'GET')
  .map((route) => [route.path, exampleUrlOf(route), route.isCacheable] as const);

const browser = createBrowser(createHttpBench({ auth: administration }));
beforeAll(() => browser.register());

describe.each(readable)('GET %s', (_path, url, isPublic) => {
  it('is no script, and browsers are told to take it for none', async () => {
    const { headers, body } = await browser.send({ method: 'GET', url });
    expect(headers['content-type'] ?? 'none').not.toMatch(/script|html|css|svg|image/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    // As a script it does nothing but evaluate to itself: it defines nothing, and calls nothing.
    const page: Record<string, unknown> = {};
    try {
      runInNewContext(body ?? '', page);
    } catch {
      // It is none at all.
    }
    expect(Object.keys(page)).toEqual([]);
  });

  it('calls no function that a query names', async () => {
    for (const parameter of ['callback', 'jsonp', 'cb', 'jsoncallback', '_callback']) {
      const { headers, body } = await browser.send({ method: 'GET', url: `${url}?${parameter}=stolen` });
      expect(headers['content-type'] ?? 'none').not.toMatch(/script/);
      expect(body ?? '').not.toContain('stolen');
    }
  });

  it('is embedded by pages of the own origin only, unless it is public', async () => {
    const { headers } = await browser.send({ method: 'GET', url });
    if (!isPublic) expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(['same-origin', 'cross-origin']).toContain(headers['cross-origin-resource-policy']);
  });
});
