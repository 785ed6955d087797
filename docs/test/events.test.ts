// ASVS 16.1.1: the guide lists every event and what it holds.
import { expect, it } from 'vitest';
import { compile } from './support/compile.js';
import { findSection, readPage } from './support/pages.js';

const rows = [
  ...findSection(readPage('docs/guide/audit.md'), '## Every event').text.matchAll(
    /^\| `(\w+)` +\| ((?:`\w+`(?:, )?)+) +\|/gm,
  ),
].map(([, type = '', fields = '']) => ({ type, fields: fields.replaceAll('`', "'").split(', ') }));

/** Lets the compiler compare the table with the type. */
const compare = (table: typeof rows) =>
  compile(
    new Map([
      [
        'events',
        `import type { AuthEvent } from '@tessera-auth/core';
        type Documented = { ${table.map(({ type, fields }) => `${type}: ${fields.join(' | ')}`).join(';\n')} };
        type Shared = 'type' | 'at' | 'tenantId' | 'requestId' | 'ip' | 'userAgent';
        type Actual = {
          [T in AuthEvent['type']]: Exclude<keyof (AuthEvent & { type: T }), Shared>;
        };
        export const asDocumented = (actual: Actual): Documented => actual;
        export const asActual = (documented: Documented): Actual => documented;`,
      ],
    ]),
  );

it('the table of events is that of the type', { timeout: 120_000 }, () => {
  expect(compare(rows)).toEqual([]);
});

it('a table without one event or one of its fields would be noticed', { timeout: 120_000 }, () => {
  expect(compare(rows.slice(1))).not.toEqual([]);
  const [first = { type: '', fields: [] }, ...others] = rows;
  expect(compare([{ ...first, fields: first.fields.slice(1) }, ...others])).not.toEqual([]);
});
