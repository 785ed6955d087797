/**
 * ASVS 6.2.2, 7.2.4: whoever has stolen a session and knows the password proves who they are while the owner changes what that
 * takes. Had they come a moment later they would be refused; they must not carry the owner's session on because they came
 * a moment before.
 */
import { expect, it } from 'vitest';
import { createAuthBench, isAccepted, newPassword, origin, password, userOf } from '../auth-bench.js';
import { refusalCode } from '../refusal-code.js';
import { createAuthenticator } from '../totp.js';

const steps = ['users.find', 'sessions.list', 'secondFactors.find', 'sessions.rotateHard'];

it.each(steps)('a new password is what counts for a proof that waits at %s', async (step) => {
  const { auth, watched, register } = createAuthBench({ auth: { rateLimits: {} } });
  const stolen = await register();
  const user = userOf(stolen);
  const sessionId = stolen.session.id;
  const waiting = watched.hold(step);
  const proving = auth.reauthenticate({ user, sessionId, password, origin });
  await waiting.reached;
  await auth.changePassword({ user, sessionId, currentPassword: password, newPassword });
  waiting.release();
  expect(await refusalCode(proving)).toBe('credentials_invalid');
  expect(await isAccepted(auth, stolen.accessToken)).toBe(false);
});

it.each(steps)('a new second factor is what counts for a proof that waits at %s', async (step) => {
  const { auth, clock, watched, register } = createAuthBench({ auth: { rateLimits: {} } });
  const stolen = await register();
  const user = userOf(stolen);
  const sessionId = stolen.session.id;
  const { secret } = await auth.enrollSecondFactor(user);
  const code = await createAuthenticator(secret, clock).code();
  const waiting = watched.hold(step);
  const proving = auth.reauthenticate({ user, sessionId, password, origin });
  await waiting.reached;
  await auth.confirmSecondFactor({ user, sessionId, code });
  waiting.release();
  expect(await refusalCode(proving)).toBe('mfa_code_required');
});
