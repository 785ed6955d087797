import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPolicyCommand } from './support/run-policy-command.js';

const before = 'company.mjs';
const after = 'company-changed.mjs';

describe('tessera-policy diff', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tessera-policy-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function save(file: string, name: string, ...more: readonly string[]): Promise<string> {
    const path = join(folder, name);
    const { stdout } = await runPolicyCommand('matrix', file, '--format', 'json', ...more);
    await writeFile(path, stdout);
    return path;
  }

  it('prints what is gained, what is lost, and what cannot be told', async () => {
    const { stdout, stderr, exitCode } = await runPolicyCommand('diff', before, after);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatchInlineSnapshot(`
      "gained   payroll:read      manager                           never -> always
      gained   reports:approve   boss                              sometimes -> always
      gained   reports:approve   deny “nobody approves their own”  resource.authorId is user.id (everybody) -> none
      gained   notes:read        tenant “orgId”                    resource.orgId is user.tenantId (everybody) -> none
      changed  notes:read        allow “old notes”                 resource.closedAt is before now minus 30 days (employee, manager, boss) -> resource.closedAt is before now minus 3 days (employee, manager, boss)
      lost     payroll:update    boss                              always -> never
      lost     notes:read        boss                              always -> sometimes
      lost     auth:users:write  boss                              always -> never
      lost     auth:audit:read   boss                              always -> never
      lost     auth:roles:read   boss                              always -> never
      lost     auth:roles:write  boss                              always -> never
      lost     notes:read        deny “no notes about the merger”  none -> resource.tags includes "merger" (everybody)
      "
    `);
  });

  it('says the same of a policy that was saved', async () => {
    const saved = await save(before, 'before.json');
    const direct = await runPolicyCommand('diff', before, after);
    expect(await runPolicyCommand('diff', saved, after)).toEqual(direct);
    expect(await runPolicyCommand('diff', saved, before, '--fail-on-gain')).toEqual({
      stdout: 'Nothing changed.\n',
      stderr: '',
      exitCode: 0,
    });
  });

  it('fails with --fail-on-gain where something is gained', async () => {
    expect((await runPolicyCommand('diff', before, after, '--fail-on-gain')).exitCode).toBe(1);
  });

  it('does not fail with --fail-on-gain where something is only lost', async () => {
    const saved = await save('lesser.mjs', 'more.json', '--export', 'before');
    const args = [saved, 'lesser.mjs', '--export', 'after', '--fail-on-gain'];
    const { stdout, exitCode } = await runPolicyCommand('diff', ...args);
    expect(stdout).toMatch(/^lost +payroll:read +boss +always -> never$/m);
    expect(stdout).not.toMatch(/^(gained|changed)/m);
    expect(exitCode).toBe(0);
  });

  it('sees that a relation became all records, where a rule denies some before and after', async () => {
    const saved = await save('same-extent.mjs', 'part.json', '--export', 'before');
    const args = [saved, 'same-extent.mjs', '--export', 'after', '--fail-on-gain'];
    const { stdout, exitCode } = await runPolicyCommand('diff', ...args);
    expect(stdout).toMatch(
      /^gained +notes:read +reader +records that a relation or rule allows -> all records but those denied$/m,
    );
    expect(exitCode).toBe(1);
  });

  it('fails with --fail-on-gain where only a condition is another one', async () => {
    const saved = await save('same-extent.mjs', 'strict.json', '--export', 'after');
    const args = [saved, 'same-extent.mjs', '--export', 'loosened', '--fail-on-gain'];
    const { stdout, exitCode } = await runPolicyCommand('diff', ...args);
    expect(stdout).toMatch(/^changed +notes:read +deny “secret” .*\n$/);
    expect(exitCode).toBe(1);
  });

  it('sees that a role is inherited that grants nothing more', async () => {
    const saved = await save('same-grants.mjs', 'apart.json', '--export', 'before');
    const args = ['same-grants.mjs', '--export', 'after', '--fail-on-gain'];
    expect(await runPolicyCommand('diff', saved, ...args)).toEqual({
      stdout: 'gained  role “insider”  employee  no -> yes\ngained  role “insider”  boss      no -> yes\n',
      stderr: '',
      exitCode: 1,
    });
    const now = await save('same-grants.mjs', 'inherited.json', '--export', 'after');
    expect(await runPolicyCommand('diff', now, saved, '--fail-on-gain')).toMatchObject({
      stdout: expect.stringMatching(/^lost +role “insider” +employee +yes -> no$/m),
      exitCode: 0,
    });
  });

  it('refuses a file of another format', async () => {
    const saved = await save(before, 'old.json');
    const { format, ...rest } = JSON.parse(await readFile(saved, 'utf8'));
    expect(format).toBe(1);
    await writeFile(saved, JSON.stringify(rest));
    const { stderr, exitCode } = await runPolicyCommand('diff', saved, after);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('of this version');
  });

  it('refuses a file of anything else', async () => {
    const path = join(folder, 'other.json');
    await writeFile(
      path,
      '{"format":1,"roles":[],"matrix":[{"role":"boss","permissions":{"a:b":"often"}}],"grants":{},"rules":[]}',
    );
    const { stdout, stderr, exitCode } = await runPolicyCommand('diff', path, after);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toContain('is not from matrix --format json');
  });
});
