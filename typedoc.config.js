import { readdirSync, readFileSync } from 'node:fs';

const packages = readdirSync('packages', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    folder: `packages/${name}`,
    manifest: JSON.parse(readFileSync(`packages/${name}/package.json`, 'utf8')),
  }));

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'Tessera',
  tsconfig: 'packages/tsconfig.json',
  // What users can import is what is documented.
  entryPoints: packages.flatMap(({ folder, manifest }) =>
    Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [] : [`${folder}/${target['@tessera-auth/source']}`],
    ),
  ),
  out: 'docs/api',
  readme: 'none',
  basePath: '.',
  disableGit: true,
  sourceLinkTemplate: 'https://github.com/tessera-auth/tessera/blob/main/{path}#L{line}',
  excludePrivate: true,
  excludeExternals: true,
  skipErrorChecking: true,
  validation: { notExported: false, invalidLink: true, notDocumented: true },
  packagesRequiringDocumentation: packages.map(({ manifest }) => manifest.name),
  requiredToBeDocumented: ['Variable', 'Function', 'Class', 'Interface', 'TypeAlias', 'Method'],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
};
