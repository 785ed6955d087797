import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from './run.js';

/** A package that users install. */
export interface PublishedPackage {
  readonly name: string;
  /** Relative to the repository. */
  readonly folder: string;
  /** What users may import: `@tessera-auth/core`, `@tessera-auth/core/stores`, … */
  readonly entries: readonly string[];
  /** Where each entry's source is, relative to the repository. */
  readonly sources: readonly string[];
  /** What a user installs beside it, with the versions that are tested here. */
  readonly peers: Readonly<Record<string, string>>;
}

/** The packages below `packages/`, in the order of their names. */
export async function listPublishedPackages(): Promise<PublishedPackage[]> {
  const names = (await readdir(join(repository, 'packages'))).toSorted();
  const folders = names.filter((name) => existsSync(join(repository, 'packages', name, 'package.json')));
  return Promise.all(folders.map((name) => readPackage(`packages/${name}`)));
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

async function readPackage(folder: string): Promise<PublishedPackage> {
  const manifest = JSON.parse(await readFile(join(repository, folder, 'package.json'), 'utf8')) as Manifest;
  const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [{ path, source: target['@tessera-auth/source'] ?? '' }],
  );
  return {
    name: manifest.name,
    folder,
    entries: entries.map(({ path }) => manifest.name + path.slice(1)),
    sources: entries.map(({ source }) => join(folder, source)),
    peers: Object.fromEntries(
      Object.entries(manifest.peerDependencies ?? {}).map(([peer, range]) => [
        peer,
        manifest.devDependencies?.[peer] ?? range,
      ]),
    ),
  };
}
