import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { repository } from './run.js';

/** By built file of the core. */
const budgets = [
  { entry: 'primitives', file: 'primitives.js', budgetBytes: 25_000 },
  { entry: 'authorization', file: 'domains/authorization/index.js', budgetBytes: 8_000 },
];

/** Measures what entry points of `@tessera-auth/core` weigh in a bundle: minified, gzipped, without dependencies. */
export async function checkSize(): Promise<string> {
  const measured = await Promise.all(
    budgets.map(async ({ entry, file, budgetBytes }) => {
      const bytes = await measureBytes(join(repository, 'packages/core/dist', file));
      return { line: `${entry}: ${bytes} of ${budgetBytes} bytes gzipped`, isWithin: bytes <= budgetBytes };
    }),
  );
  const lines = measured.map(({ line }) => line).join(', ');
  if (measured.some(({ isWithin }) => !isWithin)) throw new Error(lines);
  return lines;
}

async function measureBytes(entryPoint: string): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [entryPoint],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
}
