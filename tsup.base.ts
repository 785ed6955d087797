import type { Options } from 'tsup';

/** How every published package is built: ESM for Node 20, types beside it, shared code in chunks. */
export function packageBuild(entry: readonly string[]): Options {
  return {
    entry: [...entry],
    format: 'esm',
    target: 'node20',
    platform: 'node',
    splitting: true,
    sourcemap: true,
    clean: true,
    // The types of sibling packages come from their built files, as they will for a user.
    dts: { compilerOptions: { customConditions: [] } },
  };
}
