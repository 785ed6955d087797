// RFC 8725 §3.12: a value that was made for one purpose fails in every verifier of another.
import { createKeyRing, createSealer } from '@tessera-auth/core/primitives';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AuthBench, createAuthBench, newRootSecret, rootSecret } from '../auth-bench.js';

const rotations = {
  'the same secret': rootSecret,
  'a new secret in front': [newRootSecret, rootSecret],
  'a next secret behind': [rootSecret, { secret: newRootSecret, state: 'next' }],
} as const;

let bench: AuthBench;
let values: Readonly<Record<Purpose, string>>;
let sessionId: string;

type Purpose = 'access token' | 'refresh token' | 'CSRF token' | 'sealed value';
const purposes: readonly Purpose[] = ['access token', 'refresh token', 'CSRF token', 'sealed value'];

beforeAll(async () => {
  bench = createAuthBench();
  const signedIn = await bench.register();
  sessionId = signedIn.session.id;
  values = {
    'access token': signedIn.accessToken,
    'refresh token': signedIn.refreshToken,
    'CSRF token': bench.auth.csrfTokens.issue(sessionId),
    'sealed value': createSealer(createKeyRing({ secret: rootSecret }), 'totp').seal(
      Buffer.alloc(32),
      sessionId,
    ),
  };
});

/** Whether a node with that secret takes the value for one of this purpose. */
function verifiers(
  secret: (typeof rotations)[keyof typeof rotations],
): Record<Purpose, (value: string) => boolean> {
  const { accessTokens, sessions, csrfTokens } = bench.startNode({ secret });
  return {
    'access token': (value) => {
      try {
        return accessTokens.verify(value).sessionId === sessionId;
      } catch {
        return false;
      }
    },
    'refresh token': (value) => sessions.findSessionId('', value) === sessionId,
    'CSRF token': (value) => csrfTokens.isValid(sessionId, value),
    'sealed value': (value) =>
      createSealer(createKeyRing({ secret }), 'totp').open(value, sessionId) !== null,
  };
}

describe.each(Object.entries(rotations))('with %s', (_name, secret) => {
  it.each(purposes.flatMap((made) => purposes.map((used) => [made, used] as const)))(
    'a %s as a %s',
    (made, used) => {
      expect(verifiers(secret)[used](values[made])).toBe(made === used);
    },
  );
});

describe('a CSRF token', () => {
  it('is good for its session only, whatever is changed about it', () => {
    const { csrfTokens } = bench.auth;
    const token = csrfTokens.issue(sessionId);
    expect(token).toMatch(/^[\w-]{72}$/);
    expect(csrfTokens.issue(sessionId)).not.toBe(token);
    expect(csrfTokens.isValid('AAAAAAAAAAAAAAAAAAAAAA', token)).toBe(false);
    for (let at = 0; at < token.length; at++) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(csrfTokens.isValid(sessionId, changed)).toBe(false);
    }
    for (const other of [null, undefined, '', 7, {}, [token], `${token}=`, token.slice(4)]) {
      expect(csrfTokens.isValid(sessionId, other)).toBe(false);
    }
  });
});
