import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './run.js';

const budgetMs = 40;
const processes = 15;

/** Measures what an import of `@tessera-auth/core/primitives` adds to the start of a process. */
export async function checkImportTime(): Promise<string> {
  const entry = pathToFileURL(join(repository, 'packages/core/dist/primitives.js')).href;
  const startups = Array.from({ length: processes }, () => ({
    emptyMs: startupMs(''),
    loadedMs: startupMs(`import '${entry}';`),
  }));
  // A busy machine makes a process slower and nothing makes it faster, so the fastest ones are compared.
  const fastest = (values: readonly number[]): number => Math.min(...values);
  const addedMs =
    fastest(startups.map(({ loadedMs }) => loadedMs)) - fastest(startups.map(({ emptyMs }) => emptyMs));
  const measured = `primitives: ${addedMs.toFixed(1)} of ${budgetMs} ms`;
  if (addedMs > budgetMs) throw new Error(measured);
  return measured;
}

function startupMs(program: string): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
  if (status !== 0) throw new Error(`the import failed:\n${stderr}`);
  return performance.now() - startMs;
}
