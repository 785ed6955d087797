import { pnpm } from './pnpm.js';

/** Licences that a user of an MIT library can live with. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT OR Apache-2.0',
  'MIT-0',
  'Unlicense',
]);

/** What `pnpm licenses list --json` says of a package. */
export interface LicensedPackage {
  readonly name: string;
  readonly versions: readonly string[];
}

/** The packages, grouped by licence, that may not be among the production dependencies, one line each. */
export function findForbidden(byLicence: Readonly<Record<string, readonly LicensedPackage[]>>): string[] {
  const all = Object.entries(byLicence);
  const foreign = all
    .filter(([licence]) => !permissive.has(licence))
    .flatMap(([licence, packages]) => packages.map(({ name }) => `${name}: ${licence}`));
  // From 2.0 on it is AGPL, which would reach every user of ours.
  const newParser = all
    .flatMap(([, packages]) => packages)
    .filter(
      ({ name, versions }) =>
        name === 'ua-parser-js' && versions.some((version) => !version.startsWith('1.')),
    )
    .map(({ versions }) => `ua-parser-js: ${versions.join(', ')}, stay on 1.x`);
  return [...foreign, ...newParser];
}

/** Judges the licences of everything that a user installs with our packages. */
export async function checkLicences(): Promise<string> {
  const { stdout } = await pnpm(['--filter', './packages/*', 'licenses', 'list', '--prod', '--json']);
  const byLicence = JSON.parse(stdout) as Record<string, LicensedPackage[]>;
  const count = Object.values(byLicence).flat().length;
  if (count === 0) throw new Error('no production dependency was found, which cannot be');
  const forbidden = findForbidden(byLicence);
  if (forbidden.length > 0) throw new Error(forbidden.join('\n'));
  return `${count} packages`;
}
