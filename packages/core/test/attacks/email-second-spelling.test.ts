/**
 * RFC 5322 §3.4.1, CVE-2026-73420, GHSA-5jpx-9hw9-2fx4: an address that is checked in one spelling and used in another, so
 * that it is somebody else's, or carries header lines into a mail.
 */
import { domainToASCII } from 'node:url';
import { describe, expect, it } from 'vitest';
import { password } from '../auth-bench.js';
import { expectProblem } from '../http/expect-problem.js';
import { type Answer, createHttpBench, type HttpBench, ownPage } from '../http/http-bench.js';

function register(bench: HttpBench, email: string): Promise<Answer> {
  return bench.send({ method: 'POST', url: '/auth/register', headers: ownPage, json: { email, password } });
}

const foreignForms = {
  'header lines behind it': [
    'ada@example.org\r\nBcc',
    'ada@example.org/\r\nSubject: hello',
    'ada@example.org\n',
    'ada@exam\tple.org',
  ],
  'a path, query or fragment': [
    'ada@example.org/',
    'ada@example.org/x',
    'ada@example.org?x',
    'ada@example.org#x',
    'ada@example.org\\x',
  ],
  'an encoded letter': ['ada@ex%61mple.org', 'ada@example%2eorg'],
  'a dot that is none, or one too many': [
    'ada@example\u3002org',
    'ada@example\uff0eorg',
    'ada@example.org.',
    'ada@.example.org',
    'ada@example..org',
  ],
  'no domain': [
    'ada@',
    'ada@localhost',
    'ada@[127.0.0.1]',
    'ada@127.0.0.1',
    'ada@0x7f.1',
    'ada@example.org:25',
  ],
  'what cannot be seen': [
    'ada\ufe0f@example.org',
    'ada\u034f@example.org',
    '\u115fada@example.org',
    'ada\u200b@example.org',
    'ada@exa\u00admple.org',
  ],
  'two addresses, or more than one': [
    'ada@example.org,eve@example.org',
    'ada@eve@example.org',
    '"ada"@example.org',
    'Ada <ada@example.org>',
    ' ada@example.org',
  ],
};

it.each(Object.entries(foreignForms))('refuses an address with %s', async (_what, addresses) => {
  for (const address of addresses) {
    expectProblem(await register(createHttpBench(), address), 422, 'email_invalid');
  }
});

describe('two spellings of one address', () => {
  it.each([
    ['ada@example.org', 'ADA@Example.ORG'],
    ['kim@example.org', '\u212aim@example.org'],
    ['\u00e5sa@example.org', '\u212bsa@example.org'],
    ['\u00e5sa@example.org', 'A\u030asa@example.org'],
    ['ada@example.org', 'ada@\uff45xample.org'],
    ['ada@exampse.org', 'ada@examp\u017fe.org'],
    ['ada@m\u00fcnchen.example', 'ada@xn--mnchen-3ya.example'],
  ])('are one account: %s and %s', async (first, second) => {
    const bench = createHttpBench();
    expect((await register(bench, first)).status).toBe(201);
    expectProblem(await register(bench, second), 409, 'account_exists');
  });

  it.each([
    ['stra\u00dfe@example.org', 'strasse@example.org'],
    ['\u0131da@example.org', 'ida@example.org'],
    ['\u0130da@example.org', 'ida@example.org'],
    ['\uff41da@example.org', 'ada@example.org'],
    ['\u0430da@example.org', 'ada@example.org'],
  ])('are not what merely looks alike: %s and %s', async (first, second) => {
    const bench = createHttpBench();
    expect((await register(bench, first)).status).toBe(201);
    expect((await register(bench, second)).status).toBe(201);
  });
});

it.each([
  ['Ada@Example.ORG', 'Ada@Example.ORG'],
  ['ada@\uff45xample.org', 'ada@example.org'],
  ['ada@examp\u017fe.org', 'ada@exampse.org'],
  ['ada@\ufb00.example', 'ada@ff.example'],
  ['ada@M\u00dcNCHEN.example', 'ada@m\u00fcnchen.example'],
])('mail goes to the very domain that decides whose the account is: %s', async (address, stored) => {
  const bench = createHttpBench();
  const { id: userId } = (await register(bench, address)).json.user;
  const user = await bench.auth.findUser({ tenantId: '', userId });
  expect(user?.email).toBe(stored);
  expect(domainToASCII(stored.split('@')[1] ?? '')).toBe(user?.canonicalEmail.split('@')[1]);
});
