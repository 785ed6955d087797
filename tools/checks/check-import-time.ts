import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './run.js';

const budgetMs = 40;
const processes = 11;

/** Measures what an import of `@tessera-auth/core/primitives` adds to the start of a process. */
export async function checkImportTime(): Promise<string> {
  const entry = pathToFileURL(join(repository, 'packages/core/dist/primitives.js')).href;
  // A busy machine makes it slower, nothing makes it faster: the best of three rounds is the nearest to the truth.
  const rounds = [1, 2, 3].map(() => {
    const pairs = Array.from(
      { length: processes },
      () => [startupMs(''), startupMs(`import '${entry}';`)] as const,
    );
    return median(pairs.map(([, loaded]) => loaded)) - median(pairs.map(([empty]) => empty));
  });
  const bestMs = Math.min(...rounds);
  const measured = `primitives: ${bestMs.toFixed(1)} of ${budgetMs} ms`;
  if (bestMs > budgetMs) throw new Error(measured);
  return measured;
}

function startupMs(program: string): number {
  const startMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
  if (status !== 0) throw new Error(`the import failed:\n${stderr}`);
  return performance.now() - startMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
