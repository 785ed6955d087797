import { beforeEach, describe, expect, it } from 'vitest';
import { createAuthenticator, stepMs } from '../totp.js';
import {
  type Answer,
  type Call,
  createHttpBench,
  credentials,
  type HttpBench,
  ownPage,
} from './http-bench.js';

let bench: HttpBench;
beforeEach(() => {
  bench = createHttpBench();
});

const post = (url: string, json: object = {}, headers: Call['headers'] = {}) =>
  bench.send({ method: 'POST', url, json, headers });
const asBearer = { transport: 'bearer' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** A bearer client with a second factor. */
async function enable() {
  const { json } = await post('/auth/register', { ...credentials, ...asBearer });
  const enrolled = await post('/auth/mfa/totp/enroll', {}, bearer(json.accessToken));
  const authenticator = createAuthenticator(enrolled.json.secret, bench.clock);
  const confirm = { code: await authenticator.code() };
  const confirmed = await post('/auth/mfa/totp/confirm', confirm, bearer(json.accessToken));
  bench.clock.advance(2 * stepMs);
  return { authenticator, enrolled, confirmed, before: json };
}

const problem = ({ status, json }: Answer) => [status, json?.code];

describe('setting an authenticator up', () => {
  it('gives key, URI and image once, and then ten backup codes with the renewed tokens', async () => {
    const { enrolled, confirmed, before } = await enable();
    expect(enrolled).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(Object.keys(enrolled.json).sort()).toEqual(['otpauthUri', 'qrSvg', 'secret']);
    expect(confirmed.status).toBe(200);
    expect(confirmed.json.backupCodes).toHaveLength(10);
    const { accessToken } = confirmed.json;
    const state = await bench.send({ method: 'GET', url: '/auth/mfa', headers: bearer(accessToken) });
    expect(state.json).toMatchObject({ enabled: true, backupCodesLeft: 10 });
    const me = await bench.send({ method: 'GET', url: '/auth/me', headers: bearer(accessToken) });
    expect(me.json.assurance.amr).toEqual(['pwd', 'otp', 'mfa']);
    const old = await bench.send({ method: 'GET', url: '/auth/me', headers: bearer(before.accessToken) });
    expect(problem(old)).toEqual([401, 'access_token_revoked']);
    expect(problem(await post('/auth/mfa/totp/enroll', {}, bearer(accessToken)))).toEqual([
      409,
      'mfa_already_enabled',
    ]);
  });

  it('wants a fresh proof, and says so as RFC 9470 has it', async () => {
    const { json } = await post('/auth/register', { ...credentials, ...asBearer });
    bench.clock.advance(600_001);
    const refused = await post('/auth/mfa/totp/enroll', {}, bearer(json.accessToken));
    expect(problem(refused)).toEqual([401, 'step_up_required']);
    expect(refused.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", max_age="600"',
    );
    const again = await post(
      '/auth/reauthenticate',
      { password: credentials.password },
      bearer(json.accessToken),
    );
    expect(again.status).toBe(200);
    const enrolled = await post('/auth/mfa/totp/enroll', {}, bearer(again.json.accessToken));
    expect(enrolled.status).toBe(200);
  });
});

describe('a sign-in with a second factor', () => {
  it('sets no cookie and gives no token before the second half', async () => {
    const { authenticator } = await enable();
    const half = await post('/auth/login', credentials, ownPage);
    expect([half.status, half.cookies]).toEqual([200, []]);
    expect(half.json).toEqual({
      mfaRequired: true,
      setupRequired: false,
      mfaToken: expect.stringMatching(/^ot1_/),
      methods: ['totp', 'backup_code'],
      expiresIn: 600,
    });
    const { mfaToken } = half.json;
    for (const headers of [bearer(mfaToken), { cookie: `__Host-access=${mfaToken}` }]) {
      const me = await bench.send({ method: 'GET', url: '/auth/me', headers });
      expect(me.status).toBe(401);
    }
    const proof = { mfaToken, method: 'totp', code: await authenticator.code() };
    const foreign = await post('/auth/mfa/verify', proof, { origin: 'https://evil.example' });
    expect(problem(foreign)).toEqual([403, 'csrf_refused']);
    const wrong = await post('/auth/mfa/verify', { ...proof, code: '000000' }, ownPage);
    expect(problem(wrong)).toEqual([401, 'mfa_code_invalid']);
    const done = await post('/auth/mfa/verify', proof, ownPage);
    expect(done.status).toBe(200);
    expect(done.cookies.map((cookie) => cookie.split('=', 1)[0])).toEqual([
      '__Host-access',
      '__Host-refresh',
    ]);
    expect(JSON.stringify(done.json)).not.toContain('oken');
  });

  it('goes by the clock of the server, whatever time a request claims (ASVS 6.5.8)', async () => {
    const { authenticator } = await enable();
    const inTenMinutes = bench.clock.now() + 20 * stepMs;
    const later = await authenticator.codeIn(20);
    const claims = {
      ...{ date: new Date(inTenMinutes).toUTCString(), 'x-timestamp': `${inTenMinutes}` },
      ...{ 'x-request-start': `t=${inTenMinutes}`, 'if-unmodified-since': new Date(0).toUTCString() },
    };
    const { json } = await post('/auth/login', credentials, ownPage);
    const verify = (code: string, more: object = {}) =>
      post(
        '/auth/mfa/verify',
        { mfaToken: json.mfaToken, method: 'totp', code, ...more },
        { ...ownPage, ...claims },
      );
    for (const more of [{ timestamp: inTenMinutes }, { now: inTenMinutes }, { epoch: inTenMinutes / 1000 }])
      expect((await verify(later, more)).status).toBe(422);
    expect(problem(await verify(later))).toEqual([401, 'mfa_code_invalid']);
    // The clock of the machine that runs this test is no better: the server has one, and this is it.
    expect((await verify(await authenticator.code())).status).toBe(200);
  });

  it('remembers a browser that asks for it, in a cookie that scripts cannot read', async () => {
    const { authenticator } = await enable();
    const { json } = await post('/auth/login', credentials, ownPage);
    const proof = { mfaToken: json.mfaToken, method: 'totp', code: await authenticator.code() };
    const done = await post('/auth/mfa/verify', { ...proof, rememberDevice: true }, ownPage);
    const cookie = done.cookies.find((one) => one.startsWith('__Host-device=')) ?? '';
    expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=2592000$/);
    const device = { ...ownPage, cookie: cookie.split(';', 1)[0] ?? '' };
    const known = await post('/auth/login', credentials, device);
    expect(known.json.user.email).toBe(credentials.email);
    expect(known.cookies.some((one) => one.startsWith('__Host-device=ot1_'))).toBe(true);
    const replayed = await post('/auth/login', credentials, device);
    expect(replayed.json.mfaRequired).toBe(true);
  });

  it('gives a client without cookies its token in the body', async () => {
    const { authenticator } = await enable();
    const { json } = await post('/auth/login', { ...credentials, ...asBearer });
    const proof = { mfaToken: json.mfaToken, method: 'totp', code: await authenticator.code() };
    const done = await post('/auth/mfa/verify', { ...proof, rememberDevice: true, ...asBearer });
    const { deviceToken } = done.json;
    const known = await post('/auth/login', { ...credentials, ...asBearer, deviceToken });
    expect(known.json.accessToken).toBeTypeOf('string');
  });

  it('of a remembered browser is no full proof for what matters most', async () => {
    const { authenticator } = await enable();
    const half = await post('/auth/login', { ...credentials, ...asBearer });
    const proof = { mfaToken: half.json.mfaToken, method: 'totp', code: await authenticator.code() };
    const done = await post('/auth/mfa/verify', { ...proof, rememberDevice: true, ...asBearer });
    const { deviceToken } = done.json;
    const known = await post('/auth/login', { ...credentials, ...asBearer, deviceToken });
    const refused = await post('/auth/mfa/backup-codes', {}, bearer(known.json.accessToken));
    expect(problem(refused)).toEqual([401, 'step_up_required']);
    const full = await post('/auth/mfa/backup-codes', {}, bearer(done.json.accessToken));
    expect(full.json.backupCodes).toHaveLength(10);
  });

  it('that has to set one up does that first', async () => {
    bench = createHttpBench({ auth: { mfa: { requiredFor: 'everybody' } } });
    const half = await post('/auth/register', credentials, ownPage);
    expect([half.status, half.cookies, half.json.setupRequired]).toEqual([200, [], true]);
    const { mfaToken } = half.json;
    const { json } = await post('/auth/mfa/setup', { mfaToken });
    const code = await createAuthenticator(json.secret, bench.clock).code();
    const done = await post('/auth/mfa/setup/confirm', { mfaToken, code }, ownPage);
    expect(done.status).toBe(200);
    expect(done.cookies).toHaveLength(2);
    expect(done.json.backupCodes).toHaveLength(10);
    expect(problem(await post('/auth/mfa/setup', { mfaToken }))).toEqual([401, 'mfa_token_invalid']);
  });
});

describe('removing it', () => {
  it('wants a code, and then sign-ins ask for the password only', async () => {
    const { authenticator, confirmed } = await enable();
    const headers = bearer(confirmed.json.accessToken);
    const remove = (json: object) => bench.send({ method: 'DELETE', url: '/auth/mfa/totp', json, headers });
    expect((await remove({})).status).toBe(422);
    expect(problem(await remove({ code: '000000' }))).toEqual([401, 'mfa_code_invalid']);
    expect((await remove({ code: await authenticator.code() })).status).toBe(204);
    expect(problem(await remove({ code: await authenticator.code() }))).toEqual([409, 'mfa_not_enabled']);
    const signedIn = await post('/auth/login', { ...credentials, ...asBearer });
    expect(signedIn.json.accessToken).toBeTypeOf('string');
  });
});

describe('reauthentication', () => {
  it('says what is missing, and renews the tokens', async () => {
    const { authenticator, confirmed } = await enable();
    const headers = bearer(confirmed.json.accessToken);
    const { password } = credentials;
    const again = (json: object) => post('/auth/reauthenticate', json, headers);
    expect(problem(await again({ password: 'wrong' }))).toEqual([401, 'credentials_invalid']);
    expect(problem(await again({ password }))).toEqual([401, 'mfa_code_required']);
    const done = await again({ password, code: await authenticator.code() });
    expect(done.status).toBe(200);
    expect(done.json.refreshToken).not.toBe(confirmed.json.refreshToken);
  });
});

describe('the guard for a fresh proof', () => {
  it('lets a fresh one pass, and names what it wants otherwise', async () => {
    const { confirmed } = await enable();
    const request = {
      method: 'GET',
      originalUrl: '/secret',
      headers: bearer(confirmed.json.accessToken),
    };
    const ask = async (options?: object) => bench.http.requireStepUp(options)(request);
    expect((await ask({ secondFactor: true })).isAllowed).toBe(true);
    bench.clock.advance(300_001);
    expect((await ask()).isAllowed).toBe(true);
    const verdict = await ask({ within: '5m', secondFactor: true });
    expect(verdict.isAllowed ? null : verdict.response.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_user_authentication", max_age="300", acr_values="mfa"',
    );
  });

  it('wants a second factor where it is told to, however fresh the password', async () => {
    const { json } = await post('/auth/register', { ...credentials, ...asBearer });
    const request = { method: 'GET', originalUrl: '/secret', headers: bearer(json.accessToken) };
    expect((await bench.http.requireStepUp()(request)).isAllowed).toBe(true);
    expect((await bench.http.requireStepUp({ secondFactor: true })(request)).isAllowed).toBe(false);
  });

  it('refuses a window that is none', () => {
    expect(() => bench.http.requireStepUp({ within: '1s' })).toThrow('within');
    expect(() => createHttpBench({ http: { stepUpWindow: '25h' } })).toThrow('stepUpWindow');
  });
});

it('without a store of second factors there are no routes for them', () => {
  const { secondFactors: _none, ...stores } = bench.auth.stores;
  const without = createHttpBench({ openStores: () => stores });
  expect(without.http.routes.filter(({ path }) => path.includes('mfa'))).toEqual([]);
});
