import { describe, expect, it } from 'vitest';
import { runPolicyCommand } from './support/run-policy-command.js';

const idle = 'keeps-the-process-alive.mjs';

describe('tessera-policy findings', () => {
  it('prints what is probably a mistake', async () => {
    expect(await runPolicyCommand('findings', idle)).toEqual({
      stdout: 'The role idle grants nothing.\n',
      stderr: '',
      exitCode: 0,
    });
  });

  it('fails with --strict', async () => {
    expect((await runPolicyCommand('findings', idle, '--strict')).exitCode).toBe(1);
  });

  it('does not fail with --strict where nothing was found', async () => {
    expect(await runPolicyCommand('findings', 'company.mjs', '--strict')).toEqual({
      stdout: 'Nothing was found.\n',
      stderr: '',
      exitCode: 0,
    });
  });
});
