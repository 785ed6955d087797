import { describe, expect, it } from 'vitest';
import { runPolicyCommand } from './support/run-policy-command.js';

const can = (permission: string, user: object, record: object = {}, ...more: readonly string[]) =>
  runPolicyCommand(
    'can',
    'company.mjs',
    '--permission',
    permission,
    '--user',
    JSON.stringify(user),
    '--record',
    JSON.stringify(record),
    ...more,
  );
const boss = { userId: 'u1', roles: ['boss'] };
const now = ['--now', '2026-03-01T00:00:00Z'];

describe('tessera-policy can', () => {
  it('says that somebody may, and by which role', async () => {
    expect(await can('auth:users:read', { userId: 'u1', roles: ['manager'] })).toEqual({
      stdout: 'Allowed auth:users:read: a role grants it (manager).\n',
      stderr: '',
      exitCode: 0,
    });
  });

  it('says that somebody may not, and why', async () => {
    expect(await can('reports:approve', boss, { authorId: 'u1', managerId: 'u2' })).toEqual({
      stdout:
        'Denied reports:approve: the rule “nobody approves their own” forbids it: resource.authorId is user.id.\n',
      stderr: '',
      exitCode: 1,
    });
  });

  it('says what is missing', async () => {
    const { stdout, exitCode } = await can('reports:approve', boss);
    expect(stdout).toContain('resource.authorId is missing');
    expect(exitCode).toBe(1);
  });

  it('reads dates of the record where the policy has such', async () => {
    const employee = { userId: 'u1', tenantId: 't', roles: ['employee'] };
    const at = (closedAt: unknown) => can('notes:read', employee, { orgId: 't', closedAt }, ...now);
    const [old, recent, day, absent] = await Promise.all(
      ['2026-01-29T23:59:59Z', '2026-01-30T01:00:00+01:00', '2026-01-29', null].map(at),
    );
    expect(old?.stdout).toContain('the rule “old notes” allows it (employee)');
    expect([recent?.exitCode, day?.exitCode, absent?.exitCode]).toEqual([1, 0, 1]);
    expect(absent?.stdout).toContain('resource.closedAt is missing');
    const wrong = ['yesterday', '2026-02-30', '2026-01-29T23:59:59', 1_769_000_000_000];
    for (const refused of await Promise.all(wrong.map(at)))
      expect(refused).toEqual({
        stdout: '',
        stderr: 'tessera-policy: resource.closedAt: expected an instant such as 2026-01-31T09:30:00Z\n',
        exitCode: 2,
      });
  });

  it('reads dates of the user, and the texts that they may be', async () => {
    const guest = (attributes: object) => ({ userId: 'u1', tenantId: 't', roles: [], attributes });
    const record = { orgId: 't', closedAt: '2026-02-27' };
    const [pro, free, typo] = await Promise.all([
      can('notes:read', guest({ tier: 'pro', hiredAt: '2026-02-28' }), record, ...now),
      can('notes:read', guest({ tier: 'free', hiredAt: '2026-02-28' }), record, ...now),
      can('notes:read', guest({ tier: 'Pro', hiredAt: '2026-02-28' }), record, ...now),
    ]);
    expect(pro.exitCode).toBe(0);
    expect(free.stdout).toBe(
      'Denied notes:read: the rule “notes of the time before” would allow it, and it is not so that user.tier is "pro".\n',
    );
    expect(typo.stdout).toContain('Note: user.tier is no "free" or "pro", the decision may differ.\n');
  });

  it('notes roles and attributes that the policy does not know', async () => {
    const { stdout } = await can(
      'reports:read',
      { userId: 'u1', roles: ['mangaer'], attributes: { teir: 'pro' } },
      { authorid: 'u1', managerId: 7 },
    );
    expect(stdout.split('\n').slice(1)).toEqual([
      'Note: the policy has no role mangaer, it grants nothing.',
      'Note: the policy declares no user.teir, nothing looks at it.',
      'Note: the policy declares no resource.authorid, nothing looks at it.',
      'Note: resource.managerId is no string, the decision may differ.',
      '',
    ]);
  });

  it('counts what roles grant that were made at run time', async () => {
    const [granted, unknown] = await Promise.all([
      can('payroll:read', { userId: 'u1', roles: [], grants: ['payroll:*'] }),
      can('payroll:read', { userId: 'u1', roles: [], grants: ['payrol:*'] }),
    ]);
    expect(granted.exitCode).toBe(0);
    expect(unknown).toEqual({
      stdout: '',
      stderr: 'tessera-policy: --user: there is nothing like payrol:* to grant\n',
      exitCode: 2,
    });
  });

  it.each([
    ['an unknown permission', 'reports:raed', boss, '--permission: there is no reports:raed'],
    ['a user without an id', 'reports:read', { roles: [] }, 'userId'],
    ['a member that no user has', 'reports:read', { ...boss, role: 'boss' }, 'role'],
  ])('refuses %s', async (_what, permission, user, message) => {
    const { stdout, stderr, exitCode } = await can(permission, user);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toContain(message);
  });

  it('refuses what is no JSON', async () => {
    const args = ['can', 'company.mjs', '--permission', 'reports:read', '--user', '{userId: 1}'];
    const { stderr, exitCode } = await runPolicyCommand(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--user: expected JSON');
  });
});
