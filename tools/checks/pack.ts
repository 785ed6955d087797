import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pnpm } from './pnpm.js';
import { repository } from './run.js';
import { listPublishedPackages, type PublishedPackage } from './workspace.js';

/** A package as a user gets it. */
export interface PackedPackage extends PublishedPackage {
  readonly tarball: string;
}

/** Packs every published package into a folder of its own below `target`. */
export async function packAll(target: string): Promise<PackedPackage[]> {
  const packages = await listPublishedPackages();
  return Promise.all(
    packages.map(async (entry) => {
      const folder = join(target, basename(entry.folder));
      await mkdir(folder);
      await pnpm(['pack', '--pack-destination', folder], { cwd: join(repository, entry.folder) });
      const [tarball] = await readdir(folder);
      return { ...entry, tarball: join(folder, tarball ?? '') };
    }),
  );
}
