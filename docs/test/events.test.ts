// ASVS 16.1.1: the guide lists every event, what it holds and how it ended.
import { outcomeOf } from '@tessera-auth/core';
import { expect, it } from 'vitest';
import { compile } from './support/compile.js';
import { findSection, readPage } from './support/pages.js';

const section = findSection(readPage('docs/guide/audit.md'), '## Every event').text;
const rows = [...section.matchAll(/^\| `(\w+)` +\| ((?:`\w+`(?:, )?)+) +\|/gm)].map(
  ([, type = '', fields = '']) => ({ type, fields: fields.replaceAll('`', "'").split(', ') }),
);

/** Lets the compiler compare the table with the type. */
const compare = (table: typeof rows) =>
  compile(
    new Map([
      [
        'events',
        `import type { AuthEvent } from '@tessera-auth/core';
        type Documented = { ${table.map(({ type, fields }) => `${type}: ${fields.join(' | ')}`).join(';\n')} };
        type Shared = 'type' | 'at' | 'tenantId' | 'requestId' | 'ip' | 'userAgent' | 'actorSessionId';
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

it('the guide names the events whose outcome is a failure, and no others', () => {
  const failures = rows.map(({ type }) => type).filter((type) => outcomeOf(type) === 'failure');
  const [, listed = ''] =
    /The `outcome` is `failure` of (.+?), and `success` of all others/s.exec(section) ?? [];
  expect([...listed.matchAll(/`(\w+)`/g)].map(([, type]) => type)).toEqual(failures.toSorted());
});
