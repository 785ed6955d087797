import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, vi } from 'vitest';

// Some tests start ten processes at once.
vi.setConfig({ testTimeout: 120_000 });

/** What a process printed, and how it ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const inPackage = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The command and the policies as JavaScript, which is what people run. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-policy-'));
  const policies = await readdir(inPackage('test/policies'));
  await build({
    entryPoints: [inPackage('src/main.ts'), ...policies.map((file) => inPackage(`test/policies/${file}`))],
    outdir: folder,
    outbase: inPackage('.'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['@tessera-auth/source'],
    logLevel: 'error',
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command as a user does, in a process of its own, where `company.mjs` and the other policies are. */
export async function runPolicyCommand(...args: readonly string[]): Promise<Ended> {
  return run([join(folder, 'src/main.mjs'), ...args], join(folder, 'test/policies'));
}

/** The same with a loader for TypeScript, where `company.ts` is. */
export async function runPolicyCommandWithLoader(...args: readonly string[]): Promise<Ended> {
  const loader = ['--import', 'tsx', '--conditions=@tessera-auth/source'];
  return run([...loader, inPackage('src/main.ts'), ...args], inPackage('test/policies'));
}

async function run(args: readonly string[], cwd: string): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ]);
  return { stdout, stderr, exitCode };
}
