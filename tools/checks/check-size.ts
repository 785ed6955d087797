import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { repository } from './run.js';

const budgetBytes = 25_000;

/** Measures what `@tessera-auth/core/primitives` weighs in a bundle: minified, gzipped, without dependencies. */
export async function checkSize(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(repository, 'packages/core/dist/primitives.js')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
  const measured = `primitives: ${bytes} of ${budgetBytes} bytes gzipped`;
  if (bytes > budgetBytes) throw new Error(measured);
  return measured;
}
