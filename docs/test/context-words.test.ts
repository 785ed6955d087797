// ASVS 6.1.2: the guide says which words of the context no password may be, and these are refused, no others.
import { createAuth, memoryStores } from '@tessera-auth/core';
import { expect, it } from 'vitest';
import { findSection, readPage } from './support/pages.js';

/** The rows of the table: where from, an example, and the words that it gives. */
const rows = [
  ...findSection(
    readPage('docs/guide/passwords-and-migrating-hashes.md'),
    '### Words of the context',
  ).text.matchAll(/^\| ((?!From|-).+?) +\| `(.+?)` +\| (`.+`) +\|$/gm),
].map(([, from = '', text = '', words = '']) => ({ from, text, words: words.slice(1, -1).split('`, `') }));

interface Context {
  readonly publicUrl?: string;
  readonly issuer?: string;
  readonly blocklist?: readonly string[];
  readonly about?: readonly string[];
}

const contextOf: Readonly<Record<string, (text: string) => Context>> = {
  'the host of `publicUrl`': (text) => ({ publicUrl: `https://${text}` }),
  '`mfa.issuer`': (text) => ({ issuer: text }),
  'the address of the person': (text) => ({ about: [text] }),
  'the name of the person': (text) => ({ about: [text] }),
  '`passwords.blocklist`': (text) => ({ blocklist: [text] }),
};

function refusesIn({ publicUrl, issuer, blocklist = [], about = [] }: Context) {
  const { passwords } = createAuth({
    publicUrl: publicUrl ?? 'https://xq.xq',
    secret: crypto.getRandomValues(new Uint8Array(48)),
    stores: memoryStores(),
    emailVerification: 'off',
    mfa: { issuer: issuer ?? 'xq' },
    passwords: { minLength: 8, blocklist },
  });
  return (password: string) =>
    passwords.requireAcceptable(password, about).then(
      () => false,
      (error: { code: string }) => error.code === 'password_too_common',
    );
}

/** Every piece of the text that could be a word, with its signs and without. */
function listPieces(text: string): readonly string[] {
  const wholes = [text, text.replaceAll(/\s/g, ''), text.replaceAll(/[^\p{L}\p{N}]/gu, '')];
  const pieces = wholes.flatMap((whole) =>
    [...whole].flatMap((_, from) => [...whole].map((__, to) => whole.slice(from, to + 1))),
  );
  return [...new Set(pieces.map((piece) => piece.toLowerCase()))].filter((piece) => piece.length > 0);
}

it('the table has every source once', () => {
  expect(rows.map(({ from }) => from)).toEqual(Object.keys(contextOf));
});

it.each(rows)('from $from come the words of the table, and no others', async ({ from, text, words }) => {
  const refuses = refusesIn(contextOf[from]?.(text) ?? {});
  const refusesElsewhere = refusesIn({});
  const refused: string[] = [];
  for (const piece of listPieces(text)) {
    // Beside a common password, so that it is long enough; by itself it would be compared in the same way.
    const password = `${piece}basketball`;
    if ((await refuses(password)) && !(await refusesElsewhere(password))) refused.push(piece);
  }
  expect(refused.toSorted()).toEqual([...words].toSorted());
});
