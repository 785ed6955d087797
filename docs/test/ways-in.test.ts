// ASVS 6.1.3, 6.3.4: the guide lists every way to tokens, with what it proves and how strong that is.
import { expect, it } from 'vitest';
import { findSection, readPage } from './support/pages.js';

const rows = [
  ...findSection(readPage('docs/guide/second-factor.md'), '## Every way in').text.matchAll(
    /^\| `(\w+)` +\| (.+?) +\| (.+?) +\|$/gm,
  ),
].map(([, flow = '', proof = '', strength = '']) => ({ flow, proof, strength }));

/** Every flow that resolves with tokens. */
const flows = [
  ...readPage('packages/core/src/flows/flows.ts').text.matchAll(
    /^ {2}(\w+)\([^;]*?\): Promise<(?:SignInOutcome|FinishedSignIn|SignedIn)\b/gm,
  ),
].map(([, flow]) => flow);

it('every flow that gives tokens is in the table, and no other', () => {
  expect(flows.length).toBeGreaterThan(5);
  expect(rows.map(({ flow }) => flow).toSorted()).toEqual(flows.toSorted());
});

it('each says what it proves, and how strong that is', () => {
  for (const { flow, proof, strength } of rows) {
    expect(proof.length, flow).toBeGreaterThan(15);
    expect(strength.length, flow).toBeGreaterThan(10);
  }
});
