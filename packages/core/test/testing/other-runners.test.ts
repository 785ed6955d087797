import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 180_000 });

const file = fileURLToPath(new URL('runners/node-test.ts', import.meta.url));

/** How the suite ends under Node's own runner. */
function runUnderNode(
  env: Record<string, string>,
): Promise<{ readonly code: number; readonly report: string }> {
  const args = [
    '--conditions=@tessera-auth/source',
    '--import',
    'tsx',
    '--test',
    '--test-reporter=tap',
    file,
  ];
  return new Promise((resolve) => {
    const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...inherited } = process.env;
    const child = execFile(process.execPath, args, { env: { ...inherited, ...env } }, (_error, report) => {
      resolve({ code: child.exitCode ?? -1, report });
    });
  });
}

it('the conformance suite passes under node:test', async () => {
  const { code, report } = await runUnderNode({});
  expect(report).toMatch(/^# pass 3\d\d$/m);
  expect(report).toMatch(/^# fail 0$/m);
  expect(code).toBe(0);
});

it('and fails there when the stores are wrong', async () => {
  const { code, report } = await runUnderNode({ BROKEN: 'yes' });
  expect(report).toContain('not ok');
  expect(code).not.toBe(0);
});
