import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLayers } from '../check-layers.js';

describe('checkLayers', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'tessera-layers-'));
    await write('tsconfig.base.json', '{ "compilerOptions": { "module": "NodeNext" } }');
  });
  afterEach(() => rm(root, { recursive: true }));

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const core = (path: string, ...imports: readonly string[]) =>
    write(
      `packages/core/src/${path}`,
      [...imports.map((file) => `import '${file}';`), 'export const x = 1;'].join('\n'),
    );
  const findBreaches = () =>
    checkLayers(root).then(
      () => [],
      (error: Error) => error.message.split('\n'),
    );
  const brokenRules = async () => (await findBreaches()).map((line) => line.split(': ')[0]);

  it('is content with imports from right to left', async () => {
    await core('errors.ts');
    await core('crypto/hash.ts', '../errors.js');
    await core('stores/index.ts', '../errors.js', '../crypto/hash.js');
    await core('domains/tokens/tokens.ts', '../../stores/index.js', '../../crypto/hash.js');
    await core('flows/refresh.ts', '../domains/tokens/tokens.js');
    await core('create-auth.ts', './flows/refresh.js');
    await core('http/routes.ts', '../create-auth.js', '../errors.js');
    await write('packages/adapters-redis/src/index.ts', "import '../../core/src/stores/index.js';");
    expect(await findBreaches()).toEqual([]);
  });

  it('fails when there is nothing to judge', async () => {
    await core('errors.ts');
    expect(await findBreaches()).toEqual(['no import was found in any file']);
  });

  it('finds an import from left to right in every layer', async () => {
    const offences: Readonly<Record<string, readonly [string, string]>> = {
      'vocabulary-imports-only-from-its-left': ['errors.ts', './crypto/hash.js'],
      'crypto-imports-only-from-its-left': ['crypto/seal.ts', '../stores/index.js'],
      'stores-imports-only-from-its-left': ['stores/user-store.ts', '../domains/authorization/roles.js'],
      'events-imports-only-from-its-left': ['events.ts', './domains/authorization/roles.js'],
      'domains-imports-only-from-its-left': ['domains/authorization/grant.ts', '../../http/routes.js'],
      'flows-imports-only-from-its-left': ['flows/sign-in.ts', '../create-auth.js'],
      'create-auth-imports-only-from-its-left': ['create-auth.ts', './http/routes.js'],
      'domains-are-islands': ['domains/tokens/tokens.ts', '../authorization/roles.js'],
      'entries-only-re-export': ['http/guard.ts', '../index.js'],
      'testing-is-for-tests': ['flows/refresh.ts', '../testing/index.js'],
      'no-unresolvable': ['flows/sign-out.ts', './nowhere.js'],
    };
    for (const file of [
      'crypto/hash',
      'stores/index',
      'domains/authorization/roles',
      'http/routes',
      'index',
    ]) {
      await core(`${file}.ts`);
    }
    await core('testing/index.ts');
    for (const [from, to] of Object.values(offences)) await core(from, to);
    const found = (await findBreaches()).map((line) => line.split(' -> ')[0]);
    const expected = Object.entries(offences).map(([rule, [from]]) => `${rule}: packages/core/src/${from}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it('finds a cycle', async () => {
    await core('crypto/a.ts', './b.js');
    await core('crypto/b.ts', './a.js');
    expect(new Set(await brokenRules())).toEqual(new Set(['no-cycles']));
  });

  it('finds a domain that knows another by a type alone', async () => {
    await core('domains/authorization/roles.ts');
    await write(
      'packages/core/src/domains/mfa/totp.ts',
      "import type { x } from '../authorization/roles.js';",
    );
    expect(await brokenRules()).toEqual(['domains-are-islands']);
  });

  it('finds a package that reaches past the doors of the core', async () => {
    await core('crypto/hash.ts');
    await write('packages/express/src/index.ts', "import '../../core/src/crypto/hash.js';");
    expect(await brokenRules()).toEqual(['the-core-is-entered-by-its-doors']);
  });

  it('finds an adapter that sees more than stores, and a binding that knows another', async () => {
    await core('http/index.ts');
    await write('packages/adapters-redis/src/index.ts', "import '../../core/src/http/index.js';");
    await write('packages/fastify/src/index.ts', "import '../../express/src/index.js';");
    await write('packages/express/src/index.ts', "import '../../core/src/http/index.js';");
    expect(await brokenRules()).toEqual(['adapters-see-only-stores', 'siblings-know-only-the-core']);
  });

  it('finds sources that know the tests', async () => {
    await write('packages/express/test/app.ts', 'export {};');
    await write('packages/express/src/index.ts', "import '../test/app.js';");
    expect(await brokenRules()).toEqual(['sources-do-not-know-tests']);
  });
});
