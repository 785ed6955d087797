import { authErrorMessages } from '@tessera-auth/core';
import { statusOf } from '@tessera-auth/core/http';
import { describe, expect, it } from 'vitest';
import { readPage } from './support/pages.js';

/** The rows of the table of codes. */
const rows = [...readPage('docs/guide/errors.md').text.matchAll(/^\| `(\w+)` +\| (\d+) +\| (.+) \|$/gm)].map(
  ([, code, status, advice = '']) => ({ code, status: Number(status), advice }),
);

describe('the table of error codes', () => {
  it('has every code once, in the order of the code', () => {
    expect(rows.map(({ code }) => code)).toEqual(Object.keys(authErrorMessages));
  });

  it('has the status that the routes answer with', () => {
    const codes = Object.keys(authErrorMessages) as (keyof typeof authErrorMessages)[];
    expect(rows.map(({ code, status }) => [code, status])).toEqual(
      codes.map((code) => [code, statusOf(code)]),
    );
  });

  it('says what to do', () => {
    expect(rows.filter(({ advice }) => advice.trim().length < 10)).toEqual([]);
  });
});
