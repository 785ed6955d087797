import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { compile } from './support/compile.js';
import { createDatabase } from './support/create-database.js';
import { findSection, listBlocks, readPage } from './support/pages.js';
import { type RunningServer, runServer } from './support/run-server.js';

const readme = readPage('README.md');

/** The program below a heading of the README. */
function readQuickstart(heading: string): string {
  const [block] = listBlocks(findSection(readme, heading)).filter(({ language }) => language === 'ts');
  if (block === undefined) throw new Error(`README.md: no program below "${heading}"`);
  return block.code;
}

const person = { email: 'ada@example.com', password: 'seven quiet herons wade', transport: 'bearer' };

const frameworks = ['Express', 'Fastify'];

it('quickstarts compile under the strictest options', { timeout: 300_000 }, () => {
  const programs = frameworks.map((framework) => [framework, readQuickstart(`### ${framework}`)] as const);
  expect(compile(new Map(programs))).toEqual([]);
});

describe.each(frameworks)('the quickstart for %s', (framework) => {
  const code = readQuickstart(`### ${framework}`);
  let server: RunningServer;

  beforeAll(async () => {
    server = await runServer(`quickstart-${framework.toLowerCase()}`, code, {
      DATABASE_URL: await createDatabase(inject('postgresUrl')),
      AUTH_SECRET: randomBytes(48).toString('base64'),
    });
  });

  afterAll(() => server?.stop());

  const post = (path: string, body: object): Promise<Response> =>
    fetch(server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const hello = (headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/hello`, { headers });

  it('has at most 15 lines', () => {
    const lines = code.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeLessThanOrEqual(15);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
  });

  it('refuses who has not signed in', async () => {
    const response = await hello();
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ code: 'credentials_missing' });
  });

  it('greets who has registered and signed in', async () => {
    const registered = await post('/auth/register', person);
    expect(registered.status).toBe(201);
    const { user } = (await registered.json()) as { user: { id: string } };

    const signedIn = await post('/auth/login', person);
    expect(signedIn.status).toBe(200);
    const { accessToken } = (await signedIn.json()) as { accessToken: string };

    const response = await hello({ authorization: `Bearer ${accessToken}` });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ hello: user.id });
  });

  it('greets a browser, which sends cookies, until it has signed out', async () => {
    const { transport: _, ...credentials } = person;
    const email = 'grace@example.com';
    const origin = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    const registered = await fetch(`${server.url}/auth/register`, {
      method: 'POST',
      headers: origin,
      body: JSON.stringify({ ...credentials, email }),
    });
    expect(registered.status).toBe(201);
    const cookie = registered.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    expect((await hello({ cookie })).status).toBe(200);

    const csrf = await fetch(`${server.url}/auth/csrf`, { headers: { cookie } });
    const { csrfToken } = (await csrf.json()) as { csrfToken: string };
    const signedOut = await fetch(`${server.url}/auth/logout`, {
      method: 'POST',
      headers: { ...origin, cookie, 'x-csrf-token': csrfToken },
    });
    expect(signedOut.status).toBe(204);
    expect((await hello({ cookie })).status).toBe(401);
  });
});
