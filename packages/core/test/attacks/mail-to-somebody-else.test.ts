/**
 * CVE-2023-7028 (GitLab), CVE-2022-35924 (Auth.js), GHSA-5jpx-9hw9-2fx4 (Auth.js), CVE-2023-49097 (ZITADEL): a link goes to
 * a second address, or leads to the attacker's host. OWASP: what is handed to mail systems is checked.
 */
import { beforeEach, expect, it } from 'vitest';
import { email, publicUrl } from '../auth-bench.js';
import { createConfirmed } from '../flows/email-bench.js';
import { createHttpBench, type HttpBench, ownPage } from '../http/http-bench.js';

let bench: HttpBench;
beforeEach(async () => {
  bench = createHttpBench({ auth: { emailVerification: 'required' } });
  await createConfirmed(bench);
});

it.each([
  [[email, 'mallory@example.org']],
  [`${email},mallory@example.org`],
  [`${email};mallory@example.org`],
  [`${email} mallory@example.org`],
  [`"${email},mallory"@example.org`],
  [`${email}\r\nBcc: mallory@example.org`],
  [`<${email}>`],
  [{ email }],
])('%j gets no mail', async (address) => {
  const before = (await bench.listNotices()).length;
  for (const url of ['/auth/password/forgot', '/auth/register']) {
    const json = { email: address, ...(url.endsWith('register') && { password: 'Gravel_Tulip_Piano_38' }) };
    expect((await bench.send({ method: 'POST', url, headers: ownPage, json })).status).toBe(422);
  }
  expect(await bench.listNotices()).toHaveLength(before);
});

it('a link leads to the app, whatever host the request names', async () => {
  await bench.send({
    method: 'POST',
    url: '/auth/password/forgot',
    headers: {
      ...ownPage,
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
    },
    json: { email },
  });
  const mail = (await bench.listNotices()).at(-1);
  expect(mail).toMatchObject({ kind: 'password_reset', to: email });
  expect(
    mail !== undefined && 'url' in mail && mail.url.startsWith(`${publicUrl}/reset-password#token=`),
  ).toBe(true);
});

it('mail goes to the address that is stored, not to the spelling of whoever asks', async () => {
  await bench.auth.forgotPassword('', email.toUpperCase());
  expect((await bench.listNotices()).at(-1)).toMatchObject({ kind: 'password_reset', to: email });
});

it('a mail to an address that nobody has confirmed holds no words of whoever asks', async () => {
  const name = 'you have won, see https://evil.example';
  const json = { email: 'victim@example.org', password: 'Gravel_Tulip_Piano_38', name };
  await bench.send({ method: 'POST', url: '/auth/register', headers: ownPage, json });
  expect((await bench.listNotices()).at(-1)).toMatchObject({ kind: 'email_verification', name: null });
});
