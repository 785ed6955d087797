// ASVS 11.1.1, 11.1.2, 11.1.4, 13.1.4: the guide lists every key with its algorithm and use, its life, and the way to others.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findSection, readPage, repository } from './support/pages.js';

const section = findSection(readPage('docs/guide/rotating-secrets-and-keys.md'), '## Every key').text;
const rows = [...section.matchAll(/^\| `([\w:-]+)` +\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm)].map(
  ([, key = '', source = '', algorithm = '', use = '']) => ({ key, source, algorithm, use }),
);

const sources = join(repository, 'packages/core/src');
const code = readdirSync(sources, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(sources, name), 'utf8'));
const type = /export type KeyPurpose =([^;]+);/.exec(code.join('\n'))?.[1] ?? '';

/** Every purpose that a key is derived for: those of the type, and in the place of its pattern what is sealed. */
const purposes = [
  ...[...type.matchAll(/'([\w-]+)'/g)].map(([, purpose]) => purpose),
  ...code.flatMap((text) =>
    [...text.matchAll(/= createSealer\(\w+, '([\w-]+)'/g)].map(([, purpose]) => `seal:${purpose}`),
  ),
];

it('every key is in the table, and none that is not there', () => {
  expect(purposes.length).toBeGreaterThan(9);
  expect(rows.map(({ key }) => key).toSorted()).toEqual([...purposes, 'secret', 'signingKeys'].toSorted());
});

it('what is sealed is so with the documented cipher, and all else is derived and signed as documented', () => {
  const all = code.join('\n');
  for (const { key, algorithm } of rows) {
    if (key.startsWith('seal:')) expect([key, algorithm]).toEqual([key, 'AES-256-GCM']);
    else if (purposes.includes(key))
      expect([key, algorithm]).toEqual([key, expect.stringMatching(/^HMAC-SHA-256/)]);
  }
  expect(new Set(all.match(/createCipheriv\('[\w-]+'/g))).toEqual(new Set(["createCipheriv('aes-256-gcm'"]));
  expect(new Set(all.match(/hkdfSync\('\w+'/g))).toEqual(new Set(["hkdfSync('sha256'"]));
});

it('says what becomes of a key, and how to move on', () => {
  for (const topic of ['The life of a key.', 'Other algorithms.']) expect(section).toContain(`**${topic}**`);
});
