import { describe, expect, it, vi } from 'vitest';
import { runSteps } from '../run-steps.js';

describe('runSteps', () => {
  const fail = async (): Promise<never> => {
    throw new Error('line one\nline two');
  };

  it('goes on after a failure and names every failed step at the end', async () => {
    const lines: string[] = [];
    const steps = [
      { name: 'first', run: fail },
      { name: 'second', run: async () => '7 of 9 bytes' },
      { name: 'third', run: fail },
    ];
    expect(await runSteps(steps, (line) => lines.push(line))).toEqual(['first', 'third']);
    expect(lines[0]).toMatch(/^FAIL +\d+\.\d s {2}first$/);
    expect(lines[1]).toBe('    line one\n    line two');
    expect(lines[2]).toMatch(/^ok +\d+\.\d s {2}second: 7 of 9 bytes$/);
    expect(lines.at(-1)).toBe('failed: first, third');
  });

  it('counts a step whose condition failed as failed, without running it', async () => {
    const size = vi.fn(async () => {});
    const steps = [
      { name: 'build', run: fail },
      { name: 'size', needs: 'build', run: size },
    ];
    expect(await runSteps(steps, () => {})).toEqual(['build', 'size']);
    expect(size).not.toHaveBeenCalled();
  });

  it('says so when all is well', async () => {
    const lines: string[] = [];
    expect(await runSteps([{ name: 'only', run: async () => {} }], (line) => lines.push(line))).toEqual([]);
    expect(lines.at(-1)).toBe('all 1 checks passed');
  });
});
