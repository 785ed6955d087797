import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const entryPoints = [
  '.',
  './primitives',
  './authorization',
  './authorization/findings',
  './authorization/presets',
  './stores',
  './http',
  './testing',
] as const;
const nameOf = (path: string) => `@tessera-auth/core${path.slice(1)}`;

/** The names that CommonJS gets of each entry point, by `require()` in a process of its own. */
function requireNames(): Record<string, string[]> {
  const program = `
    const names = ${JSON.stringify(entryPoints.map(nameOf))};
    const entries = names.map((name) => [name, Object.keys(require(name))]);
    process.stdout.write(JSON.stringify(Object.fromEntries(entries)));`;
  const flags = ['--import', 'tsx', '--conditions', '@tessera-auth/source', '--input-type', 'commonjs'];
  const cwd = new URL('.', import.meta.url);
  return JSON.parse(execFileSync(process.execPath, [...flags, '--eval', program], { cwd, encoding: 'utf8' }));
}

const required = requireNames();

describe.each(entryPoints)('the entry point %s', (path) => {
  it('exports these names and no others', async () => {
    const exported = Object.keys(await import(nameOf(path)));
    expect(exported.toSorted()).toMatchSnapshot();
  });

  it('gives the same to require() as to import', async () => {
    const exported = Object.keys(await import(nameOf(path)));
    expect(required[nameOf(path)]?.toSorted()).toEqual(exported.toSorted());
  });
});

it('every entry point of the package is in this list', () => {
  const { exports } = createRequire(import.meta.url)('../package.json');
  expect(Object.keys(exports)).toEqual([...entryPoints, './package.json']);
});
