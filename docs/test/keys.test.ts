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
const all = code.join('\n');
const type = /export type KeyPurpose =([^;]+);/.exec(all)?.[1] ?? '';

/** Every purpose that a key is derived for: those of the type, and in the place of its pattern what is sealed. */
const purposes = [
  ...[...type.matchAll(/'([\w-]+)'/g)].map(([, purpose]) => purpose),
  ...[...all.matchAll(/\bcreateSealer\(\w+, '([\w-]+)'/g)].map(([, purpose]) => `seal:${purpose}`),
];

/** The algorithm in each call of a function, or whatever stands there in its place. */
const algorithmsOf = (name: string): ReadonlySet<string> =>
  new Set(
    [...all.matchAll(new RegExp(`(?<![\\w.]|function )${name}\\(([^,)]+)`, 'g'))].map(
      ([, first = '']) => first,
    ),
  );

it('every key is in the table, and none that is not there', () => {
  // A purpose that is not written out would be missed.
  expect(all.match(/(?<!function )\bcreateSealer\(/g)).toHaveLength(
    purposes.filter((purpose) => purpose?.startsWith('seal:')).length,
  );
  expect(purposes.length).toBeGreaterThan(9);
  expect(rows.map(({ key }) => key).toSorted()).toEqual([...purposes, 'secret', 'signingKeys'].toSorted());
});

it('what is sealed is so with the documented cipher, and all else is derived and signed as documented', () => {
  for (const { key, algorithm } of rows) {
    if (key.startsWith('seal:')) expect([key, algorithm]).toEqual([key, 'AES-256-GCM']);
    else if (purposes.includes(key))
      expect([key, algorithm]).toEqual([key, expect.stringMatching(/^HMAC-SHA-256/)]);
  }
  for (const name of ['createCipheriv', 'createDecipheriv'])
    expect([name, algorithmsOf(name)]).toEqual([name, new Set(["'aes-256-gcm'"])]);
  for (const name of ['hkdfSync', 'createHmac'])
    expect([name, algorithmsOf(name)]).toEqual([name, new Set(["'sha256'"])]);
});

it('says what becomes of a key, and how to move on', () => {
  for (const topic of ['The life of a key.', 'Other algorithms.']) expect(section).toContain(`**${topic}**`);
});
