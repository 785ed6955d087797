// ASVS 13.4.6: whoever knows the version of a part knows which of its holes to try.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createBrowser } from '../http/browser.js';
import { administration, createHttpBench, exampleUrlOf } from '../http/http-bench.js';

const { name, version, dependencies } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { name: string; version: string; dependencies: Record<string, string> };

/** Names of parts, and what looks like a version of them. */
const telltales = [
  ...[
    name,
    'tessera',
    'tessera-auth',
    ...Object.keys(dependencies),
    'express',
    'fastify',
    'node',
    'postgres',
    'redis',
  ].map((part) => new RegExp(`(?<![\\w-])${part.replaceAll('/', '\\/')}[/ @]v?\\d`, 'i')),
  ...[process.versions.node, version].map(
    (number) => new RegExp(`(?<![\\d.])${number.replaceAll('.', '\\.')}(?![\\d.])`),
  ),
];
const { routes } = createHttpBench().http;

it('the package has a version to look for', () => expect(version).toMatch(/^\d+\.\d+\.\d+/));

it.each(['node/22.1.0', 'Express 5.3.0', `${name}@1.2.3`, 'Tessera 1.2', process.versions.node, version])(
  '%s would be noticed',
  (text) => {
    expect(telltales.some((telltale) => telltale.test(text))).toBe(true);
  },
);

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s',
  (_name, route) => {
    it.each([true, false])('names no version, signed in: %s', async (isSignedIn) => {
      const browser = createBrowser(createHttpBench({ auth: administration }));
      if (isSignedIn) await browser.register();
      const { headers, body } = await browser.send({ method: route.method, url: exampleUrlOf(route) });
      expect(Object.keys(headers)).not.toContain('server');
      expect(Object.keys(headers)).not.toContain('x-powered-by');
      // The version of the format that a document is in is not that of a part.
      const text = JSON.stringify(headers) + (body ?? '').replace(/"openapi":"[\d.]+"/, '');
      expect(telltales.filter((telltale) => telltale.test(text))).toEqual([]);
    });
  },
);
