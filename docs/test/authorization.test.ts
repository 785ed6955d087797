import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listBlocks, readPage, repository } from './support/pages.js';

const pages = [
  'authorization',
  'migrating-from-casl',
  'migrating-from-casbin',
  'migrating-from-accesscontrol',
];

/** `policy.can(…); // true`, and whatever else stands behind it. */
const claim = /^(policy\.can\(.*\)); \/\/ (true|false).*$/gm;
const blocks = pages
  .flatMap((name) => listBlocks(readPage(`docs/guide/${name}.md`)))
  .filter(({ language, code }) => language === 'ts' && code.search(claim) !== -1);

describe('what the pages about authorization say of a decision', () => {
  it('is there on each of them', () => {
    expect(blocks.length).toBe(pages.length);
  });

  it.each(blocks)('is so: $place', async ({ place, code }) => {
    const folder = join(repository, 'docs/.cache/authorization');
    const file = join(folder, `${place.replaceAll(/\W/g, '_')}.ts`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      file,
      `${code.replaceAll(claim, 'claims.push([$1, $2]);')}`.replace(/^/, 'export const claims = [];\n'),
    );

    const { claims } = (await import(file)) as { claims: readonly (readonly [boolean, boolean])[] };

    expect(claims.length).toBeGreaterThan(1);
    for (const [is, said] of claims) expect(is).toBe(said);
  });
});
