/**
 * RFC 9700 §4.14.2, ASVS 10.4.5: a stolen refresh token is used beside its owner. Whoever comes second with a token that
 * has been replaced ends the session for both, with all its access tokens; nobody else is harmed.
 */
import { expect, it } from 'vitest';
import { createHttpBench } from '../http/http-bench.js';

const refresh = (refreshToken: string) => ({ method: 'POST', url: '/auth/refresh', json: { refreshToken } });
const me = (accessToken: string) => ({
  method: 'GET',
  url: '/auth/me',
  headers: { authorization: `Bearer ${accessToken}` },
});

it('the second of thief and owner ends the session, whoever that is', async () => {
  const bench = createHttpBench();
  const stolen = await bench.register();
  const elsewhere = await bench.signIn();
  bench.clock.advance(60_000);
  const { json: next } = await bench.send(refresh(stolen.refreshToken));
  bench.clock.advance(60_000);
  expect((await bench.send(me(next.accessToken))).status).toBe(200);

  expect((await bench.send(refresh(stolen.refreshToken))).json.code).toBe('refresh_token_reused');
  for (const { accessToken } of [stolen, next]) {
    expect((await bench.send(me(accessToken))).json.code).toBe('access_token_revoked');
  }
  for (const { refreshToken } of [stolen, next]) {
    expect((await bench.send(refresh(refreshToken))).json.code).toBe('refresh_token_invalid');
  }
  expect((await bench.send(me(elsewhere.accessToken))).status).toBe(200);
  const alarms = (await bench.listEvents()).filter(({ type }) => type === 'authn_token_reuse');
  expect(alarms).toHaveLength(1);
});

it('a session id from a log does not let anybody end that session', async () => {
  const bench = createHttpBench();
  const { session, refreshToken } = await bench.register();
  const bytes = Buffer.from(refreshToken.slice(4), 'base64url');
  for (const generation of [0, 1, 7]) {
    const forged = Buffer.concat([bytes.subarray(0, 23), Buffer.alloc(52, 7)]);
    forged.writeUInt32BE(generation, 23);
    const token = `rt1_${forged.toString('base64url')}`;
    expect(token).toHaveLength(refreshToken.length);
    bench.watched.forgetCalls();
    expect((await bench.send(refresh(token))).json.code).toBe('refresh_token_invalid');
    await bench.send({ method: 'POST', url: '/auth/revoke', json: { token } });
    expect(bench.watched.calls).toEqual([]);
  }
  expect((await bench.watched.stores.sessions.find('', session.id))?.endedAt).toBeNull();
});

it('what lies in the database refreshes nothing', async () => {
  const bench = createHttpBench();
  const { session, refreshToken } = await bench.register();
  const stored = await bench.watched.stores.sessions.find('', session.id);
  const values = Object.values(stored ?? {}).filter((value) => typeof value === 'string');
  const secret = Buffer.from(refreshToken.slice(4), 'base64url').subarray(27, 59);
  for (const encoding of ['base64url', 'hex', 'base64', 'latin1'] as const) {
    expect(values).not.toContain(secret.toString(encoding));
  }
  for (const value of [...values, `rt1_${stored?.secretHash}`]) {
    if (value === '') continue;
    expect((await bench.send(refresh(value))).status).toBe(401);
  }
});
