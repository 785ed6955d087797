// ASVS 16.2.1, 16.3.1: no act leaves the log without an entry. A new flow has to be put into one of the two lists.
import {
  createMemoryAuditStore,
  definePolicy,
  type Flows,
  memoryStores,
  type SignedIn,
} from '@tessera-auth/core';
import { finishedSignIn } from '@tessera-auth/core/testing';
import { describe, expect, it } from 'vitest';
import {
  type AuthBench,
  createAuthBench,
  email,
  newPassword,
  origin,
  password,
  tokenOfLastLink,
  userOf,
} from '../auth-bench.js';
import { createAuthenticator, stepMs } from '../totp.js';

/** What leaves no entry, and why. */
const quiet = {
  refresh: 'the event session_renewed is told and not kept, for its number; thefts and ends are',
  reissueAccessToken: 'gives what a refresh gives, to what was let in already',
  beginSecondFactorSetup: 'nothing changes until the first code',
  enrollSecondFactor: 'nothing changes until the first code',
  describeSecondFactor: 'reads',
  listSessions: 'reads',
  findUser: 'reads',
  listUsers: 'reads',
  findRights: 'reads',
  listRoles: 'reads',
  listRoleAssignments: 'reads',
} as const satisfies Partial<Record<keyof Flows, string>>;

interface Scene extends AuthBench {
  readonly ada: SignedIn;
  readonly user: { readonly tenantId: string; readonly userId: string };
  readonly sessionId: string;
}

type Act = () => Promise<unknown>;
type ActName = Exclude<keyof Flows, keyof typeof quiet>;

const registration = { tenantId: '', email: 'eve@example.org', password, name: null, origin };
const role = { tenantId: '', actorId: null, name: 'clerk', permissions: ['reports:read'] };

async function withSecondFactor({ auth, clock, user, sessionId }: Scene) {
  const { secret } = await auth.enrollSecondFactor(user);
  const phone = createAuthenticator(secret, clock);
  await auth.confirmSecondFactor({ user, sessionId, code: await phone.code() });
  clock.advance(2 * stepMs);
  return phone;
}

async function mfaTokenOf(sign: ReturnType<AuthBench['beginSignIn']>): Promise<string> {
  const outcome = await sign;
  if (outcome.kind === 'signed_in') throw new Error('the sign-in asked for nothing else');
  return outcome.mfaToken;
}

const act = ({ user }: Scene) => ({ user, actorId: null });
const reading = ({ user }: Scene) =>
  ({ reader: user, act: 'list', query: {}, limit: 1, after: null }) as const;

/** Each prepares what it needs, and gives the act itself. */
const acts: Readonly<Record<ActName, (scene: Scene) => Act | Promise<Act>>> = {
  register:
    ({ auth }) =>
    () =>
      auth.register(registration),
  requestAccount:
    ({ auth }) =>
    () =>
      auth.requestAccount(registration),
  async verifyEmail(scene) {
    await scene.auth.requestAccount(registration);
    const token = await tokenOfLastLink(scene);
    return () => scene.auth.verifyEmail('', token);
  },
  forgotPassword:
    ({ auth }) =>
    () =>
      auth.forgotPassword('', email),
  async resetPassword(scene) {
    await scene.auth.forgotPassword('', email);
    const token = await tokenOfLastLink(scene);
    return () => scene.auth.resetPassword({ tenantId: '', token, newPassword });
  },
  requestEmailChange:
    ({ auth, user }) =>
    () =>
      auth.requestEmailChange(user, 'eve@example.org'),
  signInWithPassword:
    ({ signIn }) =>
    () =>
      signIn(),
  async verifySecondFactor(scene) {
    const phone = await withSecondFactor(scene);
    const mfaToken = await mfaTokenOf(scene.beginSignIn());
    const code = await phone.code();
    return () => scene.auth.verifySecondFactor({ tenantId: '', mfaToken, method: 'totp', code, origin });
  },
  async confirmSecondFactorSetup(scene) {
    const strict = scene.startNode({ mfa: { requiredFor: 'everybody' } });
    const claim = { tenantId: '', email, password, origin };
    const mfaToken = await mfaTokenOf(strict.signInWithPassword(claim));
    const { secret } = await strict.beginSecondFactorSetup('', mfaToken);
    const code = await createAuthenticator(secret, scene.clock).code();
    return () => strict.confirmSecondFactorSetup({ tenantId: '', mfaToken, code, origin });
  },
  async confirmSecondFactor({ auth, clock, user, sessionId }) {
    const { secret } = await auth.enrollSecondFactor(user);
    const code = await createAuthenticator(secret, clock).code();
    return () => auth.confirmSecondFactor({ user, sessionId, code });
  },
  async removeSecondFactor(scene) {
    const proof = { method: 'totp', code: await (await withSecondFactor(scene)).code() } as const;
    const { user, sessionId } = scene;
    return () => scene.auth.removeSecondFactor({ user, sessionId, proof, origin });
  },
  async resetSecondFactor(scene) {
    await withSecondFactor(scene);
    return () => scene.auth.resetSecondFactor(act(scene));
  },
  async renewBackupCodes(scene) {
    await withSecondFactor(scene);
    return () => scene.auth.renewBackupCodes(scene.user);
  },
  reauthenticate:
    ({ auth, user, sessionId }) =>
    () =>
      auth.reauthenticate({ user, sessionId, password, origin }),
  signOut:
    ({ auth, ada }) =>
    () =>
      auth.signOut({ tenantId: '', session: null, refreshToken: ada.refreshToken }),
  signOutEverywhere:
    ({ auth, user }) =>
    () =>
      auth.signOutEverywhere(user),
  signOutOthers:
    ({ auth, user, sessionId }) =>
    () =>
      auth.signOutOthers(user, sessionId),
  endSession:
    ({ auth, user, sessionId }) =>
    () =>
      auth.endSession(user, sessionId),
  changePassword:
    ({ auth, user, sessionId }) =>
    () =>
      auth.changePassword({ user, sessionId, currentPassword: password, newPassword }),
  revokeToken:
    ({ auth, ada }) =>
    () =>
      auth.revokeToken('', ada.accessToken),
  renameUser:
    ({ auth, user }) =>
    () =>
      auth.renameUser(user, 'Ada'),
  importUsers:
    ({ auth }) =>
    () =>
      auth.importUsers([{ email: 'eve@example.org' }]),
  disableUser: (scene) => () => scene.auth.disableUser(act(scene)),
  async enableUser(scene) {
    await scene.auth.disableUser(act(scene));
    return () => scene.auth.enableUser(act(scene));
  },
  endAllSessions: (scene) => () => scene.auth.endAllSessions(act(scene)),
  endAllSessionsOfTenant:
    ({ auth }) =>
    () =>
      auth.endAllSessionsOfTenant({ tenantId: '', actorId: null }),
  exportUser:
    ({ auth, user }) =>
    () =>
      auth.exportUser(user),
  eraseUser: (scene) => () => scene.auth.eraseUser(act(scene)),
  grantRole: (scene) => () => scene.auth.grantRole({ ...act(scene), role: 'employee' }),
  async revokeRole(scene) {
    await scene.auth.grantRole({ ...act(scene), role: 'employee' });
    return () => scene.auth.revokeRole({ ...act(scene), role: 'employee' });
  },
  createRole:
    ({ auth }) =>
    () =>
      auth.createRole(role),
  async replaceRole({ auth }) {
    await auth.createRole(role);
    return () => auth.replaceRole({ ...role, permissions: [] });
  },
  async deleteRole({ auth }) {
    await auth.createRole(role);
    return () => auth.deleteRole(role);
  },
  readAuditLog: (scene) => () => scene.auth.readAuditLog(reading(scene)),
  verifyAuditLog:
    ({ auth, user }) =>
    () =>
      auth.verifyAuditLog(user),
};

async function openScene(): Promise<Scene> {
  const bench = createAuthBench({
    auth: {
      policy: definePolicy({
        resources: { reports: { actions: ['read'] } },
        roles: { employee: { can: ['reports:read'] } },
      }),
    },
    openStores: (clock) => ({ ...memoryStores({ clock }), audit: createMemoryAuditStore() }),
  });
  const ada = await bench.register();
  return { ...bench, ada, user: userOf(ada), sessionId: ada.session.id };
}

describe.each(Object.entries(acts))('%s (ASVS 16.2.1)', (_name, prepare) => {
  it('leaves what was told in the log', async () => {
    const scene = await openScene();
    const run = await prepare(scene);
    const count = async () => ({
      told: (await scene.listEvents()).length,
      kept: (await scene.auth.audit?.findHead(''))?.seq ?? 0,
    });
    const before = await count();
    await run();
    const after = await count();
    expect(after.kept).toBeGreaterThan(before.kept);
    expect(after.kept - before.kept).toBe(after.told - before.told);
  });
});

it('a backup code that was used, and a session that made room, are entries of their own', async () => {
  const scene = await openScene();
  const { auth, user, sessionId } = scene;
  const { secret } = await auth.enrollSecondFactor(user);
  const code = await createAuthenticator(secret, scene.clock).code();
  const { backupCodes } = await auth.confirmSecondFactor({ user, sessionId, code });
  const node = scene.startNode({ sessions: { maxSessions: 1 } });
  const claim = { tenantId: '', email, password, origin };
  const mfaToken = await mfaTokenOf(node.signInWithPassword(claim));
  const proof = { method: 'backup_code', code: backupCodes[0] ?? '' } as const;
  finishedSignIn(await node.verifySecondFactor({ tenantId: '', mfaToken, ...proof, origin }));
  const entries = (await auth.audit?.list({ tenantId: '', limit: 100 })) ?? [];
  expect(entries.slice(-3).map(({ type }) => type)).toEqual([
    'authn_mfa_backup_code_used',
    'authn_login_success',
    'session_ended',
  ]);
});

it('who asks for a link is recorded whether there is an account or not', async () => {
  const { auth, user, listEvents } = await openScene();
  for (const address of [email, 'nobody@example.org']) {
    await auth.forgotPassword('', address);
    await auth.requestAccount({ ...registration, email: address });
  }
  expect((await listEvents()).slice(-4).map(({ type, userId }) => [type, userId])).toEqual([
    ['authn_password_reset_requested', user.userId],
    ['user_creation_requested', user.userId],
    ['authn_password_reset_requested', null],
    ['user_creation_requested', null],
  ]);
});
