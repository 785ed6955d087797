// ASVS 6.2.11: after the common passwords, guessers try the names of the app and what they know of the person.
import { describe, expect, it } from 'vitest';
import { createAuthBench, email, newPassword, origin, password, tokenOfLastLink } from '../auth-bench.js';
import { cheapArgon2 } from '../domains/passwords/cheap-argon2.js';

const tooCommon = { code: 'password_too_common' };
const person = { tenantId: '', email: 'quorva@zorbling.dev', name: "Brix O'Zonk", origin };
const ofThePerson = [
  'quorvazorbling',
  'ZORBLING-QUORVA',
  'brixozonk1234567',
  'zorblingzorbling',
  'zonkpassword',
].map((word) => word.replace('-', ''));

function createBench() {
  return createAuthBench({
    auth: {
      publicUrl: 'https://desk.frobbly.dev',
      mfa: { issuer: 'Glimrax' },
      passwords: { ...cheapArgon2, minLength: 8 },
    },
  });
}

it.each(['frobblydesk', 'frobblyfrobbly', 'frobbly1234', 'GlimraxDesk', 'glimraxpassword'])(
  'a password made of the names of the app is refused: %s',
  async (word) => {
    const { auth } = createBench();
    await expect(auth.register({ ...person, password: word })).rejects.toMatchObject(tooCommon);
  },
);

describe.each(ofThePerson)('a password made of what is known of the person: %s', (word) => {
  it('is refused for a new account', async () => {
    const { auth } = createBench();
    await expect(auth.register({ ...person, password: word })).rejects.toMatchObject(tooCommon);
    await expect(auth.requestAccount({ ...person, password: word })).rejects.toMatchObject(tooCommon);
  });

  it('is refused when the password is changed', async () => {
    const { auth } = createBench();
    const outcome = await auth.register({ ...person, password });
    if (outcome.kind !== 'signed_in') throw new Error(outcome.kind);
    const { user, session } = outcome;
    const change = { user, sessionId: session.id, currentPassword: password, newPassword: word };
    await expect(auth.changePassword(change)).rejects.toMatchObject(tooCommon);
  });

  it('is refused when the password is reset, and the link stays good', async () => {
    const bench = createBench();
    const { auth } = bench;
    await auth.register({ ...person, password });
    await auth.forgotPassword('', person.email, origin.ip);
    const reset = { tenantId: '', token: await tokenOfLastLink(bench) };
    await expect(auth.resetPassword({ ...reset, newPassword: word })).rejects.toMatchObject(tooCommon);
    await expect(auth.resetPassword({ ...reset, newPassword })).resolves.toBeUndefined();
  });

  it('may be the password of somebody else', async () => {
    const { auth } = createBench();
    await expect(auth.register({ ...person, email, name: null, password: word })).resolves.toMatchObject({
      kind: 'signed_in',
    });
  });
});
