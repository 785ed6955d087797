// ASVS 6.1.3, 6.3.4: the guide lists every way to tokens, with what it proves and how strong that is.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findSection, readPage, repository } from './support/pages.js';

const rows = [
  ...findSection(readPage('docs/guide/second-factor.md'), '## Every way in').text.matchAll(
    /^\| `(\w+)` +\| (.+?) +\| (.+?) +\|$/gm,
  ),
].map(([, flow = '', proof = '', strength = '']) => ({ flow, proof, strength }));

const folder = join(repository, 'packages/core/src/flows');
const code = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
const wordsOf = (text: string): readonly string[] => text.match(/\w+/g) ?? [];

/** The types of flows that hold an access token: those that have the member, and what is made of them. */
const holders = new Set<string>();
const types = code.flatMap((text) => [...text.matchAll(/export (?:interface|type) (\w+)([^{;]*)([^}]*)/g)]);
for (let known = -1; known < holders.size; ) {
  known = holders.size;
  for (const [, name = '', head = '', members = ''] of types)
    if (wordsOf(members).includes('accessToken') || wordsOf(head).some((word) => holders.has(word)))
      holders.add(name);
}

/** Every flow that resolves with tokens, or with a text, which may be one. */
const flows = [
  ...readPage('packages/core/src/flows/flows.ts').text.matchAll(/^ {2}(\w+)\([^;]*?\): Promise<([^;]*)>;/gm),
].flatMap(([, flow, result = '']) =>
  wordsOf(result).some((word) => word === 'string' || holders.has(word)) ? [flow] : [],
);

it('every flow that gives tokens is in the table, and no other', () => {
  expect(holders).toContain('SignInOutcome');
  expect(flows.length).toBeGreaterThan(5);
  expect(rows.map(({ flow }) => flow).toSorted()).toEqual(flows.toSorted());
});

it('each says what it proves, and how strong that is', () => {
  for (const { flow, proof, strength } of rows) {
    expect(proof.length, flow).toBeGreaterThan(15);
    expect(strength.length, flow).toBeGreaterThan(10);
  }
});
