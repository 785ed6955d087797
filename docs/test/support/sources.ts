import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './pages.js';

/** A file that a package is built from. */
interface Source {
  /** Relative to the repository, such as `packages/core/src/errors.ts`. */
  readonly path: string;
  readonly text: string;
}

/** What a package says of itself, as far as tests look at it. */
interface Manifest {
  readonly name: string;
  readonly files: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const folders = readdirSync(join(repository, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `packages/${name}`);

/** Every file that the published packages are built from. */
export function listSources(): readonly Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(repository, folder, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/src/${name}`)
      .map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') })),
  );
}

/** What every published package says of itself. */
export function listManifests(): readonly Manifest[] {
  return folders.map((folder) => JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')));
}
