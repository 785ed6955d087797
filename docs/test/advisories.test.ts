import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findTitles } from './support/find-titles.js';
import { findSection, readPage, repository } from './support/pages.js';

const page = readPage('docs/advisories.md');
const ours = 'https://github.com/tessera-auth/tessera/blob/main/';
const identifier = /(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3})/;

const rows = [...findSection(page, '# Advisories of others').text.matchAll(/^\|(.+)\|$/gm)]
  .slice(2)
  .map(([, row = '']) => row.split(' | ').map((cell) => cell.trim()));
const links = rows.flatMap(([, advisory, , , tests = '']) =>
  [...tests.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, title = '', url = '']) => ({
    advisory,
    title,
    url,
  })),
);

it('every row names an advisory, what it teaches, and a test', () => {
  expect(rows.length).toBeGreaterThan(30);
  for (const [project, advisory, wrong = '', lesson = '', tests] of rows) {
    expect(advisory, project).toMatch(identifier);
    expect(wrong.length, advisory).toBeGreaterThan(15);
    expect(lesson.length, advisory).toBeGreaterThan(10);
    expect(tests, advisory).toMatch(/^\[.+\]\(.+\)$/);
  }
});

/** At the beginning of a title: what follows it may name requirements. */
const isTitled = (title: string, text: string): boolean =>
  text === title || (text.startsWith(title) && /^ \(ASVS [\d., ]+\)$/.test(text.slice(title.length)));

it.each(links)('$advisory: "$title" is there, and runs', ({ title, url }) => {
  const path = url.slice(ours.length);
  expect(url.startsWith(ours) && existsSync(join(repository, path))).toBe(true);
  const titles = findTitles(path, readPage(path).text).filter(({ text }) => isTitled(title, text));
  expect(titles).not.toEqual([]);
  expect(titles.filter(({ isSkipped }) => isSkipped)).toEqual([]);
});

it.each([
  "it.skip('a', () => {})",
  "it.todo('a')",
  "it.skipIf(isBusy).each([1])('a', () => {})",
  "it.each`n`.skip('a', () => {})",
  "describe.skip('b', () => { it('a', () => {}) })",
])('a test would be noticed that does not run: %s', (source) => {
  expect(findTitles('some.test.ts', source)).toContainEqual({ text: 'a', isSkipped: true });
  const running = source.replaceAll(/\.(?:skipIf\(\w+\)|skip|todo)/g, '');
  expect(findTitles('some.test.ts', running)).toContainEqual({ text: 'a', isSkipped: false });
});

it('what waits is named too, and nothing is in both lists', () => {
  const waiting = findSection(page, '## What waits').text.match(new RegExp(identifier, 'g')) ?? [];
  expect(waiting.length).toBeGreaterThan(10);
  expect(rows.flatMap(([, advisory = '']) => waiting.filter((id) => advisory.includes(id)))).toEqual([]);
});
