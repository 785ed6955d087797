import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, createHttpBench, credentials, type HttpBench } from './http-bench.js';

let bench: HttpBench;
beforeEach(() => {
  bench = createHttpBench({ auth: { rateLimits: {} } });
});

const send = (method: string, url: string, json?: object, token?: string): Promise<Answer> =>
  bench.send({
    method,
    url,
    ...(json === undefined ? {} : { json }),
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
const asBearer = { ...credentials, transport: 'bearer' };

/** The statuses of so many requests in a row. */
async function statuses(count: number, request: (at: number) => Promise<Answer>): Promise<number[]> {
  const seen: number[] = [];
  for (let at = 0; at < count; at++) seen.push((await request(at)).status);
  return seen;
}

describe('429', () => {
  it('says for how long, and which limit (RFC 9110 §10.2.3, draft-ietf-httpapi-ratelimit-headers)', async () => {
    await send('POST', '/auth/register', asBearer);
    const wrong = () => send('POST', '/auth/login', { ...asBearer, password: 'wrong' });
    expect(await statuses(3, wrong)).toEqual([401, 401, 401]);
    const refused = await wrong();
    expect(refused.json).toMatchObject({ status: 429, code: 'rate_limited', title: 'Too Many Requests' });
    expect(refused.headers).toMatchObject({
      'retry-after': '12',
      'ratelimit-policy': '"signIn";q=5;w=60',
      ratelimit: '"signIn";r=0;t=12',
      'cache-control': 'no-store',
    });
    bench.clock.advance(12_000);
    expect((await send('POST', '/auth/login', asBearer)).status).toBe(200);
  });

  it('comes for the eleventh address for which a network forgets the password, known or not', async () => {
    await send('POST', '/auth/register', asBearer);
    const forget = (at: number) =>
      send('POST', '/auth/password/forgot', {
        email: at % 2 === 0 ? credentials.email : `nobody${at}@example.org`,
      });
    expect(await statuses(12, forget)).toEqual([...Array<number>(10).fill(202), 429, 429]);
  });

  it('comes for whoever tries links by the thousand (ASVS 6.6.3)', async () => {
    const open = (at: number) => send('POST', '/auth/email/verify', { token: `ot1_${at}` });
    const seen = await statuses(25, open);
    expect(seen.filter((status) => status === 422)).toHaveLength(20);
    expect(seen.at(-1)).toBe(429);
  });

  it.each([
    ['tokens that are revoked', '/auth/revoke', { token: 'rt1_' }, 200],
    [
      'second halves of sign-ins',
      '/auth/mfa/verify',
      { mfaToken: 'ot1_', method: 'totp', code: '000000' },
      401,
    ],
    [
      'set-ups in the middle of a sign-in',
      '/auth/mfa/setup/confirm',
      { mfaToken: 'ot1_', code: '000000' },
      401,
    ],
  ])('comes for a network that sends %s by the thousand', async (_what, url, json, status) => {
    const transport = url === '/auth/revoke' ? {} : { transport: 'bearer' };
    const seen = await statuses(21, () => send('POST', url, { ...json, ...transport }));
    expect(seen).toEqual([...Array<number>(20).fill(status), 429]);
  });

  it('comes for a network that signs out by the thousand, and from no foreign page without a token', async () => {
    const { json } = await send('POST', '/auth/register', asBearer);
    const foreign = { method: 'POST', url: '/auth/logout', headers: { 'sec-fetch-site': 'cross-site' } };
    expect(new Set(await statuses(30, () => bench.send(foreign)))).toEqual(new Set([204]));
    const seen = await statuses(21, () => send('POST', '/auth/logout', undefined, json.accessToken));
    expect(seen).toEqual([...Array<number>(20).fill(204), 429]);
  });

  it('comes for an account that changes too much at once, and not for one that reads', async () => {
    const { json } = await send('POST', '/auth/register', asBearer);
    const read = () => send('GET', '/auth/me', undefined, json.accessToken);
    expect(new Set(await statuses(150, read))).toEqual(new Set([200]));
    const rename = (at: number) => send('PATCH', '/auth/me', { name: `Ada ${at}` }, json.accessToken);
    const seen = await statuses(25, rename);
    expect(seen.slice(0, 20)).toEqual(Array<number>(20).fill(200));
    expect(seen.at(-1)).toBe(429);
    bench.clock.advance(600);
    expect((await rename(0)).status).toBe(200);
  });

  it('does not come for refreshing', async () => {
    const { json } = await send('POST', '/auth/register', asBearer);
    let { refreshToken } = json;
    for (let turn = 0; turn < 40; turn++) {
      bench.clock.advance(15_000);
      const answer = await send('POST', '/auth/refresh', { refreshToken });
      expect(answer.status).toBe(200);
      refreshToken = answer.json.refreshToken;
    }
  });
});
