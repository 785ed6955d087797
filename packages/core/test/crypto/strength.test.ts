import { createMemoryAuditStore, memoryStores } from '@tessera-auth/core';
import { createKeyRing, createSealer } from '@tessera-auth/core/primitives';
import { describe, expect, it, vi } from 'vitest';
import {
  createAuthBench,
  email,
  newPassword,
  password,
  rootSecret,
  tokenOfLastLink,
  userOf,
} from '../auth-bench.js';
import { argon2Watch } from '../domains/passwords/argon2-watch.js';
import { createMfaBench } from '../flows/mfa-bench.js';
import { refusalCode } from '../refusal-code.js';
import { cryptoWatch } from './crypto-watch.js';

/** An account from its beginning to a new password, with everything that is derived, sealed and signed on the way. */
async function live() {
  const bench = await createMfaBench({
    openStores: (clock) => ({ ...memoryStores({ clock }), audit: createMemoryAuditStore() }),
  });
  const { auth, enabled } = bench;
  const signedIn = await bench.verify((await bench.beginHalf()).mfaToken);
  bench.clock.advance(60_000);
  await auth.refresh({ tenantId: '', refreshToken: signedIn.refreshToken });
  auth.accessTokens.verify(signedIn.accessToken);
  const csrfToken = auth.csrfTokens.issue(enabled.session.id);
  expect(auth.csrfTokens.isValid(enabled.session.id, csrfToken)).toBe(true);
  await auth.forgotPassword('', email);
  await auth.resetPassword({ tenantId: '', token: await tokenOfLastLink(bench), newPassword });
  await bench.listEvents();
  return { ...bench, signedIn, csrfToken };
}

describe('over a whole life', () => {
  it('every key has 256 bits and every primitive 128 bits of strength (ASVS 11.2.3)', async () => {
    await live();
    for (const list of [cryptoWatch.hashes, cryptoWatch.macs, cryptoWatch.derived, cryptoWatch.ciphers])
      expect(list).not.toHaveLength(0);
    expect(
      new Set(
        [...cryptoWatch.hashes, ...cryptoWatch.macs, ...cryptoWatch.derived].map(
          ({ algorithm }) => algorithm,
        ),
      ),
    ).toEqual(new Set(['sha256']));
    expect(new Set(cryptoWatch.ciphers.map(({ algorithm }) => algorithm))).toEqual(new Set(['aes-256-gcm']));
    for (const { key } of cryptoWatch.ciphers) expect(key).toHaveLength(32);
    // The salts of pseudonyms are 128 random bits as 22 characters.
    for (const { key } of cryptoWatch.macs) expect([22, 32]).toContain(key.length);
    for (const { from, info, bytes } of cryptoWatch.derived) {
      expect(from.length).toBeGreaterThanOrEqual(32);
      // The name of a key is no key.
      expect(bytes).toBe(info === 'key-id' ? 6 : 32);
    }
  });

  it('no key comes from a password, a code or a link, and passwords go into argon2 only (ASVS 11.4.4)', async () => {
    const { user } = await live();
    expect(argon2Watch.calls.map((call) => call.password)).toEqual(
      expect.arrayContaining([password, newPassword]),
    );
    // Every key comes from the root secret, some by way of another one, or is a fresh random text: the salt of a pseudonym.
    const derived = cryptoWatch.derived.map(({ key }) => key.toString('hex'));
    const roots = [Buffer.from(rootSecret).toString('hex'), ...derived];
    for (const { from } of cryptoWatch.derived) expect(roots).toContain(from.toString('hex'));
    const fresh = cryptoWatch.random.map((bytes) => Buffer.from(bytes.toString('base64url')).toString('hex'));
    const known = new Set([...derived, ...fresh]);
    known.delete(Buffer.from(user.userId).toString('hex'));
    for (const { key } of [...cryptoWatch.macs, ...cryptoWatch.ciphers])
      expect(known).toContain(key.toString('hex'));
    for (const secret of [password, newPassword])
      for (const { input } of cryptoWatch.hashes) expect(input.includes(secret)).toBe(false);
  });

  it('no nonce comes twice (ASVS 11.3.4)', async () => {
    const ring = createKeyRing({ secret: rootSecret });
    // Nodes share the key and nothing else, so no counter keeps them apart.
    const nodes = Array.from({ length: 4 }, () => createSealer(ring, 'totp'));
    for (let turn = 0; turn < 2500; turn++)
      for (const node of nodes) node.seal(Buffer.from('the same every time'), 'the same place');
    const nonces = cryptoWatch.ciphers.map(({ nonce }) => nonce);
    expect(nonces).toHaveLength(10_000);
    expect(new Set(nonces.map(({ length }) => length))).toEqual(new Set([12]));
    expect(new Set(nonces.map((nonce) => nonce.toString('hex'))).size).toBe(10_000);
    // Random in every place: a counter or an instant leaves some bytes nearly still.
    for (let at = 0; at < 12; at++) expect(new Set(nonces.map((nonce) => nonce[at])).size).toBe(256);
  });
});

describe('what integrity hangs on (ASVS 11.4.3)', () => {
  /** Whether each single bit of the last bytes decides. */
  const isEachBitRead = (
    token: string,
    prefix: string,
    macBytes: number,
    isGood: (text: string) => boolean,
  ) => {
    const bytes = Buffer.from(token.slice(prefix.length), 'base64url');
    return Array.from({ length: macBytes * 8 }, (_, bit) => {
      const changed = Buffer.from(bytes);
      const at = bytes.length - macBytes + (bit >> 3);
      changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
      return !isGood(prefix + changed.toString('base64url'));
    }).every(Boolean);
  };

  it('is a MAC of 256 bits in access and CSRF tokens, each of which is read', async () => {
    const { auth, enabled, signedIn, csrfToken } = await live();
    // Key id, nonce and MAC: with a shorter one the nonce would be taken for a part of it below.
    expect(Buffer.from(csrfToken, 'base64url')).toHaveLength(6 + 16 + 32);
    expect(
      isEachBitRead(csrfToken, '', 32, (text) => auth.csrfTokens.isValid(enabled.session.id, text)),
    ).toBe(true);
    const head = signedIn.accessToken.slice(0, signedIn.accessToken.lastIndexOf('.') + 1);
    const isGood = (text: string) => {
      try {
        return auth.accessTokens.verify(text) !== null;
      } catch {
        return false;
      }
    };
    expect(isGood(signedIn.accessToken)).toBe(true);
    expect(isEachBitRead(signedIn.accessToken, head, 32, isGood)).toBe(true);
  });

  it('is a MAC of 128 bits in a refresh token, each of which is read before the store is asked', async () => {
    const bench = createAuthBench();
    const { refreshToken } = await bench.register();
    const bytes = Buffer.from(refreshToken.slice(4), 'base64url');
    // Version, key id, session id, generation, secret and MAC: with a shorter one the secret would be taken for a part of it.
    expect(bytes).toHaveLength(1 + 6 + 16 + 4 + 32 + 16);
    bench.watched.forgetCalls();
    for (let bit = 0; bit < 128; bit++) {
      const changed = Buffer.from(bytes);
      const at = bytes.length - 16 + (bit >> 3);
      changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
      const forged = `rt1_${changed.toString('base64url')}`;
      expect(await refusalCode(bench.auth.refresh({ tenantId: '', refreshToken: forged }))).toBe(
        'refresh_token_invalid',
      );
    }
    expect(bench.watched.calls).toEqual([]);
  });

  it('is a tag of 128 bits on what is sealed: a shorter one opens nothing', () => {
    const sealer = createSealer(createKeyRing({ secret: rootSecret }), 'totp');
    const sealed = Buffer.from(sealer.seal(Buffer.from('key'), 'ada'), 'base64url');
    expect(sealer.open(sealed.toString('base64url'), 'ada')?.toString()).toBe('key');
    // Version, key id, nonce, the three bytes and the tag.
    expect(sealed).toHaveLength(1 + 6 + 12 + 3 + 16);
    expect(
      isEachBitRead(sealed.toString('base64url'), '', 16, (text) => sealer.open(text, 'ada') !== null),
    ).toBe(true);
    for (let bytes = 1; bytes <= 16; bytes++)
      expect(sealer.open(sealed.subarray(0, -bytes).toString('base64url'), 'ada')).toBeNull();
  });

  it('is a hash of 256 bits on every entry of the audit log', async () => {
    const { auth } = await live();
    const entries = (await auth.stores.audit?.list({ tenantId: '', limit: 100 })) ?? [];
    expect(entries.length).toBeGreaterThan(3);
    for (const { hash } of entries) expect(Buffer.from(hash, 'base64url')).toHaveLength(32);
  });
});

describe('a comparison with a secret takes no shorter way (ASVS 11.2.4)', () => {
  it('looks at every byte of a CSRF token, a refresh token and a code', async () => {
    const { auth, enabled, signedIn, csrfToken, beginHalf, verify } = await live();
    const spoil = (text: string, at: number) =>
      text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    const comparedBy = async (act: () => unknown) => {
      cryptoWatch.compared = [];
      await act();
      return cryptoWatch.compared;
    };
    for (const at of [30, 60])
      expect(
        await comparedBy(() => auth.csrfTokens.isValid(enabled.session.id, spoil(csrfToken, at))),
      ).toEqual([32]);
    // Once to read it, and once to tell one that was made up from one that is old.
    for (const at of [60, 85, 100]) {
      const refreshToken = spoil(signedIn.refreshToken, at);
      expect(await comparedBy(() => refusalCode(auth.refresh({ tenantId: '', refreshToken })))).toEqual([
        16, 16,
      ]);
    }
    const { mfaToken } = await beginHalf(newPassword);
    // Both steps, whatever the first says.
    for (const code of ['000000', '999999'])
      expect(await comparedBy(() => refusalCode(verify(mfaToken, { code })))).toEqual([6, 6]);
  });

  it('looks at every character of a signature, wherever the first wrong one is', async () => {
    const { auth, signedIn } = await live();
    const { accessToken } = signedIn;
    const begin = accessToken.lastIndexOf('.') + 1;
    const countFor = (token: string): number => {
      const looks = vi.spyOn(String.prototype, 'charCodeAt');
      try {
        auth.accessTokens.verify(token);
      } catch {
        // Refused, as it should be.
      }
      const { length } = looks.mock.calls;
      looks.mockRestore();
      return length;
    };
    const spoil = (at: number) =>
      accessToken.slice(0, at) + (accessToken[at] === 'A' ? 'B' : 'A') + accessToken.slice(at + 1);
    const counts = [begin, begin + 20, begin + 40].map((at) => countFor(spoil(at)));
    expect(new Set(counts).size).toBe(1);
    expect(counts[0]).toBeGreaterThanOrEqual(2 * 43);
  });
});

describe('random numbers (ASVS 11.5.2)', () => {
  it('stay good while as much is asked for as the machine can do', async () => {
    const bench = createAuthBench();
    await bench.register();
    // Password hashes hold every thread of the pool meanwhile.
    const signingIn = Array.from({ length: 40 }, () => bench.signIn());
    const issued = Array.from({ length: 20_000 }, (_, at) =>
      bench.auth.csrfTokens.issue(`session ${at % 7}`),
    );
    const nonces = issued.map((token) => Buffer.from(token, 'base64url').subarray(6, 22));
    const signedIn = await Promise.all(signingIn);
    expect(new Set(nonces.map((nonce) => nonce.toString('hex'))).size).toBe(20_000);
    expect(new Set(signedIn.flatMap(({ session, refreshToken }) => [session.id, refreshToken])).size).toBe(
      80,
    );
    // Ones among 2,560,000 bits: beyond six deviations once in 500 million runs.
    const ones = nonces.reduce(
      (sum, nonce) => sum + nonce.reduce((all, byte) => all + byte.toString(2).replaceAll('0', '').length, 0),
      0,
    );
    expect(Math.abs(ones - 1_280_000)).toBeLessThan(6 * 800);
  });

  it('are missed rather than replaced by worse ones', async () => {
    const bench = createAuthBench();
    const { user } = await bench.register();
    const { sessions } = await bench.auth.listSessions(userOf({ user }));
    cryptoWatch.isRandomBroken = true;
    await expect(bench.signIn()).rejects.toThrow('no random numbers');
    expect(() => bench.auth.csrfTokens.issue('session')).toThrow('no random numbers');
    await expect(bench.auth.enrollSecondFactor(user)).rejects.toThrow('no random numbers');
    cryptoWatch.isRandomBroken = false;
    expect((await bench.auth.listSessions(userOf({ user }))).sessions).toHaveLength(sessions.length);
  });
});
