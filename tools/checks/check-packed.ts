import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PackedPackage, packAll } from './pack.js';
import { pnpm } from './pnpm.js';
import { repository, runOrFail } from './run.js';

/** Packs every package as it will be published, and looks at it as a user's tools and a user's Node.js do. */
export async function checkPacked(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-packed-'));
  try {
    const packages = await packAll(folder);
    for (const { tarball } of packages) {
      await runOrFail('publint', ['--strict', tarball]);
      await runOrFail('attw', [tarball, '--profile', 'esm-only']);
      const { stdout } = await runOrFail('tar', ['-xOf', tarball, 'package/package.json']);
      if (stdout.includes('@tessera-auth/source'))
        throw new Error(`${tarball} points to sources it does not hold`);
    }
    const entries = packages.flatMap((entry) => entry.entries);
    await useAsUser(folder, packages, entries);
    return `${entries.length} entry points of ${packages.length} packages`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Installs the tarballs in a project of its own, loads every entry in both module systems, compiles against its types. */
async function useAsUser(
  folder: string,
  packages: readonly PackedPackage[],
  entries: readonly string[],
): Promise<void> {
  const files = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const dependencies = Object.assign({}, ...packages.map(({ peers }) => peers), files);
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await write('package.json', JSON.stringify({ private: true, type: 'commonjs', dependencies }));
  // Our packages name each other by version, and no registry has these versions yet.
  await write('pnpm-workspace.yaml', `overrides: ${JSON.stringify(files)}\n`);
  // The settings of this workspace reach its scripts as environment variables; a user has none of them.
  const settings = ['--config.engine-strict=false', '--config.verify-deps-before-run=false'];
  await pnpm(['install', '--prefer-offline', '--ignore-scripts', ...settings], { cwd: folder });
  await write('load.cjs', loadProgram(entries));
  await runOrFail(process.execPath, ['load.cjs'], { cwd: folder });

  await write(
    'types.mts',
    entries.map((entry, index) => `export * as e${index} from '${entry}';\n`).join(''),
  );
  await runOrFail(
    'tsc',
    [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--skipLibCheck',
      '--typeRoots',
      join(repository, 'node_modules/@types'),
      '--types',
      'node',
      'types.mts',
    ],
    { cwd: folder },
  );
}

function loadProgram(entries: readonly string[]): string {
  return `
    const entries = ${JSON.stringify(entries)};
    void (async () => {
      for (const entry of entries) {
        const required = Object.keys(require(entry)).sort().join();
        const imported = Object.keys(await import(entry)).sort().join();
        if (required !== imported) throw new Error(entry + ': require gives ' + required + ', import ' + imported);
      }
    })();
  `;
}
