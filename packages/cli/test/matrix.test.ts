import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runPolicyCommand } from './support/run-policy-command.js';

describe('tessera-policy matrix', () => {
  it('prints who may do what, and what it depends on', async () => {
    const { stdout, stderr, exitCode } = await runPolicyCommand('matrix', 'company.mjs');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout).toMatchInlineSnapshot(`
      "                  employee   manager    boss
      reports:read      sometimes  always     always
      reports:create    sometimes  sometimes  always
      reports:update    sometimes  sometimes  always
      reports:approve   -          sometimes  sometimes
      reports:delete    sometimes  sometimes  always
      payroll:read      -          -          always
      payroll:update    -          -          always
      notes:read        sometimes  sometimes  always
      auth:users:read   -          always     always
      auth:users:write  -          -          always
      auth:audit:read   -          -          always
      auth:roles:read   -          -          always
      auth:roles:write  -          -          always

      always: whatever the record, within the tenant where there is one
      sometimes: for some records, by what follows
      -: never

      reports:read     relation  author                     resource.authorId is user.id                                     employee, manager, boss
      reports:create   relation  author                     resource.authorId is user.id                                     employee, manager, boss
      reports:update   relation  author                     resource.authorId is user.id                                     employee, manager, boss
      reports:approve  deny      nobody approves their own  resource.authorId is user.id                                     everybody
      reports:approve  relation  manager                    resource.managerId is user.id                                    manager, boss
      reports:delete   relation  author                     resource.authorId is user.id                                     employee, manager, boss
      notes:read       tenant    orgId                      resource.orgId is user.tenantId                                  everybody
      notes:read       allow     old notes                  resource.closedAt is before now minus 30 days                    employee, manager, boss
      notes:read       allow     notes of the time before   resource.closedAt is before user.hiredAt and user.tier is "pro"  everybody
      "
    `);
  });

  it('ends, whatever the module keeps open', async () => {
    const { stdout, exitCode } = await runPolicyCommand('matrix', 'keeps-the-process-alive.mjs');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('articles:publish');
  });

  it('lets no name move the cursor or turn the direction of writing', async () => {
    const { stdout } = await runPolicyCommand('matrix', 'hostile-names.mjs');
    expect(stdout).toContain('\\u{1b}[2K\\u{1b}[1Aharmless\\u{d}\\u{202e}elbisiv ton');
    expect(stdout).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it('refuses a format that is not there', async () => {
    const { stdout, stderr, exitCode } = await runPolicyCommand('matrix', 'company.mjs', '--format', 'pdf');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toBe('tessera-policy: --format: expected text, html or json\n');
  });
});

describe('tessera-policy matrix --format html', () => {
  const page = (file: string) => runPolicyCommand('matrix', file, '--format', 'html');

  it('holds every role, permission and rule', async () => {
    const { stdout, exitCode } = await page('company.mjs');
    expect(exitCode).toBe(0);
    for (const name of ['employee', 'manager', 'boss'])
      expect(stdout).toContain(`<th scope="col">${name}</th>`);
    expect(stdout).toContain(
      '<tr><th scope="row">payroll:read</th><td class="never">never</td><td class="never">never</td><td class="always">always</td></tr>',
    );
    expect(stdout).toContain('<td>nobody approves their own</td><td>resource.authorId is user.id</td>');
    expect(stdout).toContain('<li>None.</li>');
  });

  it('lists the findings', async () => {
    const { stdout } = await page('keeps-the-process-alive.mjs');
    expect(stdout).toContain('<li>The role idle grants nothing.</li>');
  });

  it('makes no markup of names and values', async () => {
    const { stdout } = await page('hostile-names.mjs');
    expect(stdout).toContain(
      '<td>&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&quot;alert(2)&quot;&gt;</td>',
    );
    expect(stdout).toContain('&#39;\\&quot;&gt;&lt;style&gt;*{display:none}&lt;/style&gt;&amp;amp;');
    const tags = new Set([...stdout.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, tag]) => tag));
    expect([...tags].toSorted()).toEqual(
      ['b', 'body', 'caption', 'h1', 'h2', 'head', 'html', 'li', 'meta', 'p', 'style', 'table'].concat([
        'tbody',
        'td',
        'th',
        'thead',
        'title',
        'tr',
        'ul',
      ]),
    );
    expect(stdout).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  it('forbids scripts, requests, and any style but its own', async () => {
    const { stdout } = await page('hostile-names.mjs');
    const style = /<style>(.*?)<\/style>/s.exec(stdout)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(stdout).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">`,
    );
    expect(stdout).not.toMatch(/\bstyle=|\bsrc="|\bhref=|url\(|@import/);
    expect(style).toContain('color-scheme: light dark');
  });
});
