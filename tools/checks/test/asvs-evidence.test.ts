import { describe, expect, it } from 'vitest';
import { writeEvidence } from '../asvs-evidence.js';
import type { Requirement } from '../asvs-requirements.js';

const requirements: readonly Requirement[] = [
  ['7.2.4', 1, 'default', 'New tokens'],
  ['9.1.1', 1, 'default', 'Signatures first'],
];
const write = (text: string): string => writeEvidence(requirements, [{ path: 'a/test/a.test.ts', text }]);
const rowOf = (page: string, id: string): string | undefined =>
  page.split('\n').find((line) => line.startsWith(`| ${id} `));

describe('writeEvidence', () => {
  it('claims nothing without a test', () => {
    const page = write(
      "// ASVS 7.2.4: an attack without a test\nexport {};\n// ASVS 9.1.1\nconst a = 'ASVS 9.1.1';",
    );
    expect(rowOf(page, '7.2.4')).toContain('| not shown |');
    expect(rowOf(page, '9.1.1')).toContain('| not shown |');
    expect(page).toContain('| All | 0 of 2 | 0 of 0 | 0 of 0 |');
  });

  it('takes the opening comment for every test of the file', () => {
    const page = write("/**\n * RFC 1, ASVS 7.2.4,\n * 9.1.1: an attack\n */\nit('one', f);\nit('two', f);");
    expect(rowOf(page, '7.2.4')).toMatch(/\[one\]\([^)]+a\/test\/a\.test\.ts\)<br>\[two\]/);
    expect(rowOf(page, '9.1.1')).toContain('[two]');
    expect(page).toContain('| All | 2 of 2 |');
  });

  it('takes the title of a describe for the tests in it, and that of a test for this one', () => {
    const page = write(
      "describe('a (ASVS 7.2.4)', () => { it.each([1])('b %d', f); });\nit('c (ASVS 9.1.1)', f);",
    );
    expect(rowOf(page, '7.2.4')).toContain('[a (ASVS 7.2.4) › b %d]');
    expect(rowOf(page, '7.2.4')).not.toContain('c (ASVS');
    expect(rowOf(page, '9.1.1')).toContain('[c (ASVS 9.1.1)]');
  });

  it('refuses a requirement that is not in the catalogue, a part of one included', () => {
    expect(() => write("it('a (ASVS 7.2.9)', f);")).toThrow('ASVS 7.2.9 is not in the catalogue');
    expect(() => write("it('a (ASVS 7.2)', f);")).toThrow('ASVS 7.2 is not in the catalogue');
  });

  it.each([
    "it.skip('a (ASVS 7.2.4)', f);",
    "it.todo('a (ASVS 7.2.4)');",
    "it('a (ASVS 7.2.4)');",
    "it.skipIf(true)('a (ASVS 7.2.4)', f);",
    "describe.skip('ASVS 7.2.4', () => { it('a', f); });",
  ])('refuses a test that does not run: %s', (text) => {
    expect(() => write(text)).toThrow('but does not run');
  });
});
