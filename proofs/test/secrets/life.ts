import { setImmediate as turn } from 'node:timers/promises';
import { type Auth, createAuth, definePolicy, type Notice, type Stores } from '@tessera-auth/core';
import { createKeyRing } from '@tessera-auth/core/primitives';
import { createTestClock, finishedSignIn } from '@tessera-auth/core/testing';
import { generate } from 'otplib/functional';
import { type Canaries, createCanaries, keyPurposes } from '../../../packages/core/test/canaries.js';

export const rootSecret = 'k3J9xQ2m7Lw0Zp5Vb8Tn4Rc6Yd1Hf3Gs';
export const email = 'ada@example.org';
const password = 'Lamp-Ferry-Walnut-71';
const newPassword = 'Gravel_Tulip_Piano_38';
const wrongPassword = 'Never-The-Right-One-19';
const secrets = { password, newPassword, wrongPassword };
const origin = { ip: '203.0.113.7', userAgent: 'Mozilla/5.0', isBrowser: false };
const tenantId = '';
const stepMs = 30_000;

/** What somebody's walk leaves: the secrets that were given out, and calls that hold them. */
export interface Life {
  readonly auth: Auth;
  readonly canaries: Canaries;
  /** Ways to ask the stores again, most of them with a secret. */
  readonly asking: readonly (() => Promise<unknown>)[];
}

/** Walks once through all that makes secrets, used ones and such as are good still. */
export async function live(openStores: (clock: ReturnType<typeof createTestClock>) => Stores): Promise<Life> {
  const canaries = createCanaries();
  const clock = createTestClock();
  const notices: Notice[] = [];
  const auth = createAuth({
    publicUrl: 'https://app.example.com',
    secret: rootSecret,
    stores: openStores(clock),
    notify: (notice) => void notices.push(notice),
    policy: definePolicy({ roles: { boss: { can: ['auth:roles:*'] } } }),
    passwords: { argon2: { memoryKiB: 8, iterations: 1 }, allowWeakArgon2: true },
    sessions: { rotationFloor: '0s', rotationGrace: '0s' },
    onError: () => {},
    clock,
  });
  await auth.ready();

  for (const [name, secret] of Object.entries({ ...secrets, rootSecret })) canaries.add(name, secret);
  for (const purpose of keyPurposes)
    canaries.add(`key for ${purpose}`, createKeyRing({ secret: rootSecret }).activeKey(purpose));
  /** A token as it is sent, and the random part of it as it would be stored. */
  const keep = (name: string, token: string): string => {
    canaries.add(name, token);
    const bytes = Buffer.from(token.slice(4), 'base64url');
    if (token.startsWith('ot1_')) canaries.add(`secret of ${name}`, bytes.subarray(16, 48));
    if (token.startsWith('rt1_')) canaries.add(`secret of ${name}`, bytes.subarray(27, 59));
    return token;
  };
  const tokenOf = async (kind: Notice['kind']): Promise<string> => {
    // Nobody waits for mail: it is sent in the next turn.
    await turn();
    const notice = notices.findLast((one) => one.kind === kind);
    return keep(kind, notice !== undefined && 'token' in notice ? notice.token : '');
  };
  const take = <T extends { readonly accessToken: string; readonly refreshToken: string }>(held: T): T => {
    keep('access token', held.accessToken);
    canaries.add('signature', held.accessToken.split('.')[2] ?? '');
    keep('refresh token', held.refreshToken);
    return held;
  };
  const claim = (secret: string, deviceToken: string | null = null) =>
    auth.signInWithPassword({ tenantId, email, password: secret, deviceToken, origin });
  const ask = (address: string) =>
    auth.requestAccount({ tenantId, email: address, password, name: 'Ada', origin });

  await ask(email);
  await auth.verifyEmail(tenantId, await tokenOf('email_verification'));
  const first = take(finishedSignIn(await claim(password)));
  const { user } = first;
  await claim(wrongPassword).catch(() => {});
  const renewed = take(await auth.refresh({ tenantId, refreshToken: first.refreshToken }));
  await auth.refresh({ tenantId, refreshToken: first.refreshToken }).catch(() => {});
  await auth.forgotPassword(tenantId, email, origin.ip);
  await auth.resetPassword({ tenantId, token: await tokenOf('password_reset'), newPassword });

  const held = take(finishedSignIn(await claim(newPassword)));
  const { secret } = await auth.enrollSecondFactor(user);
  canaries.add('key of the authenticator', secret);
  canaries.add('bytes of that key', decodeBase32(secret));
  const codeNow = () => generate({ secret, epoch: Math.floor(clock.now() / 1000) });
  const own = { user, sessionId: held.session.id };
  const { backupCodes, ...confirmed } = await auth.confirmSecondFactor({ ...own, code: await codeNow() });
  take(confirmed);
  for (const code of backupCodes) {
    canaries.add('backup code', code);
    canaries.add('backup code without dashes', code.replaceAll('-', ''));
  }
  clock.advance(2 * stepMs);
  const beginSignIn = async (): Promise<string> => {
    const half = await claim(newPassword);
    return keep('token of a half sign-in', half.kind === 'signed_in' ? '' : half.mfaToken);
  };
  const proof = { method: 'totp', code: await codeNow() } as const;
  const entered = take(
    await auth.verifySecondFactor({
      ...{ tenantId, mfaToken: await beginSignIn(), origin, rememberDevice: true },
      ...proof,
    }),
  );
  const deviceToken = keep('token of a remembered browser', entered.deviceToken ?? '');
  await auth.grantRole({ user, role: 'boss', actorId: null });

  // What is good still.
  const mfaToken = await beginSignIn();
  await auth.forgotPassword(tenantId, email, origin.ip);
  const resetToken = await tokenOf('password_reset');
  await auth.requestEmailChange(user, 'lovelace@example.org');
  const changeToken = await tokenOf('email_change');
  await ask('eve@example.org');
  const pending = await tokenOf('email_verification');

  const { refreshToken } = entered;
  return {
    auth,
    canaries,
    asking: [
      () => claim(newPassword),
      () => claim(wrongPassword, deviceToken),
      () => ask('mallory@example.org'),
      () => auth.verifyEmail(tenantId, pending),
      () => auth.verifyEmail(tenantId, changeToken),
      () => auth.resetPassword({ tenantId, token: resetToken, newPassword: password }),
      () =>
        auth.verifySecondFactor({
          tenantId,
          mfaToken,
          origin,
          method: 'backup_code',
          code: backupCodes[0] ?? '',
        }),
      () => auth.refresh({ tenantId, refreshToken }),
      () => auth.signOut({ tenantId, session: null, refreshToken: renewed.refreshToken }),
      () => auth.changePassword({ ...own, currentPassword: newPassword, newPassword: password }),
      () => auth.renewBackupCodes(user),
      () => auth.signOutEverywhere(user),
      () => auth.readAuditLog({ reader: user, act: 'list', query: {}, limit: 10, after: null }),
    ],
  };
}

function decodeBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  return Buffer.from(
    bits
      .join('')
      .match(/.{8}/g)
      ?.map((byte) => Number.parseInt(byte, 2)) ?? [],
  );
}
