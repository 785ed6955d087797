import { describe, expect, it } from 'vitest';
import { runPolicyCommand, runPolicyCommandWithLoader } from './support/run-policy-command.js';

const refusal = async (...args: readonly string[]) => {
  const { stdout, stderr, exitCode } = await runPolicyCommand(...args);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  return stderr;
};

describe('the module that tessera-policy is given', () => {
  it('may have more than one policy, and then needs --export', async () => {
    expect(await refusal('findings', 'lesser.mjs')).toBe(
      'tessera-policy: lesser.mjs: more than one policy, choose with --export: after, before\n',
    );
    expect((await runPolicyCommand('findings', 'lesser.mjs', '--export', 'before')).exitCode).toBe(0);
  });

  it('may have one policy under two names', async () => {
    const { stdout, exitCode } = await runPolicyCommand('findings', 'same-twice.mjs');
    expect({ stdout, exitCode }).toEqual({ stdout: 'Nothing was found.\n', exitCode: 0 });
  });

  it('has the export that was asked for', async () => {
    for (const name of ['polcy', 'toString'])
      expect(await refusal('findings', 'company.mjs', '--export', name)).toContain(
        `the export ${name} is no policy`,
      );
  });

  it('has a policy', async () => {
    expect(await refusal('findings', 'no-policy.mjs')).toContain('no export is what definePolicy returned');
  });

  it('says itself what is wrong with it', async () => {
    expect(await refusal('findings', 'throws.mjs')).toContain('inheritance goes in a circle: a -> b -> a');
    expect(await refusal('findings', 'nowhere.mjs')).toContain('nowhere.mjs could not be loaded');
  });

  it('may be TypeScript, where Node.js is handed a loader', async () => {
    const ended = await runPolicyCommandWithLoader('findings', 'company.ts');
    expect(ended).toEqual({ stdout: 'Nothing was found.\n', stderr: '', exitCode: 0 });
  });

  it('is one, and of a kind that Node.js reads', async () => {
    expect(await refusal('findings')).toBe('tessera-policy: expected one module\n');
    const { stderr } = await runPolicyCommandWithLoader('findings', '../../README.md');
    expect(stderr).toContain('hand it a loader');
  });
});

describe('tessera-policy', () => {
  it('says how it is used', async () => {
    for (const args of [[], ['--help']]) {
      const { stdout, exitCode } = await runPolicyCommand(...args);
      expect(exitCode).toBe(0);
      for (const command of ['matrix', 'findings', 'can', 'diff'])
        expect(stdout).toContain(`tessera-policy ${command} `);
    }
  });

  it('refuses commands and options that are not there', async () => {
    expect(await refusal('matirx', 'company.mjs')).toContain('there is no command matirx');
    expect(await refusal('findings', 'company.mjs', '--strcit')).toContain("Unknown option '--strcit'");
  });
});
