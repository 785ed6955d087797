// ASVS 7.1.1, 7.1.2: what the guide says of how long sessions live, and how many there may be.
import { type AuthOptions, createAuth, memoryStores, type ProfileName } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { findSection, readPage } from './support/pages.js';

const policyOf = (profile?: ProfileName, change: Partial<AuthOptions> = {}) =>
  createAuth({
    publicUrl: 'https://app.example.com',
    secret: crypto.getRandomValues(new Uint8Array(48)),
    stores: memoryStores(),
    notify: () => {},
    onEvent: () => {},
    ...(profile === undefined ? {} : { profile }),
    ...change,
  }).describePolicy();

/** The cells of the rows of a table, without its head. */
const readRows = (text: string) =>
  [...text.matchAll(/^\|(.+)\|$/gm)]
    .slice(2)
    .map(([, row = '']) => row.split('|').map((cell) => cell.trim()));

it('the table on the page about sessions has the defaults', () => {
  const { sessions } = policyOf();
  const rows = readRows(findSection(readPage('docs/guide/sessions.md'), '## How long they live').text);
  const documented = Object.fromEntries(
    rows.flatMap(([options = '', defaults = '']) => {
      const values = defaults.replaceAll('`', '').split(', ');
      return options.split(', ').map((option, at) => [option.replaceAll('`', ''), values[at]]);
    }),
  );
  const { onReuse: _notALifetime, ...inForce } = sessions;
  expect(documented).toEqual(
    Object.fromEntries(Object.entries(inForce).map(([name, value]) => [name, String(value)])),
  );
});

describe('the table on the page about profiles', () => {
  const rows = readRows(readPage('docs/guide/profiles.md').text);
  const profiles = [undefined, 'asvs-l1', 'asvs-l2', 'asvs-l3'] as const;

  it.each(['absoluteLifetime', 'idleLifetime', 'browserIdleLifetime'] as const)('has sessions.%s', (name) => {
    const [, ...documented] = rows.find(([option]) => option === `\`sessions.${name}\``) ?? [];
    expect(documented.map(toMinutes)).toEqual(
      profiles.map((profile) => toMinutes(policyOf(profile).sessions[name])),
    );
  });

  it('has emailLinks.resetLifetime', () => {
    const [, ...documented] = rows.find(([option]) => option === '`emailLinks.resetLifetime`') ?? [];
    expect(documented.map(toMinutes)).toEqual(
      profiles.map((profile) => toMinutes(policyOf(profile).emailLinks.resetLifetime)),
    );
  });

  it('has mfa.allowsPreviousCode', () => {
    const [, ...documented] = rows.find(([option]) => option === '`mfa.allowsPreviousCode`') ?? [];
    expect(documented).toEqual(
      profiles.map((profile) => (policyOf(profile).mfa.allowsPreviousCode ? 'allowed' : 'refused')),
    );
  });

  it('has mfa.grace', () => {
    const [, ...documented] = rows.find(([option]) => option === '`mfa.grace`') ?? [];
    const isAccepted = (profile?: ProfileName) => {
      try {
        return policyOf(profile, { mfa: { grace: '365d' } }).mfa.grace === '365d';
      } catch {
        return false;
      }
    };
    expect(documented).toEqual(profiles.map((profile) => (isAccepted(profile) ? 'allowed' : 'refused')));
  });

  it('has mfa.rememberDevices', () => {
    const [, ...documented] = rows.find(([option]) => option === '`mfa.rememberDevices`') ?? [];
    expect(documented.map((text) => (text === '`never`' ? 'never' : text.replace(' ', '')))).toEqual(
      profiles.map((profile) => policyOf(profile).mfa.rememberDevices),
    );
  });

  it('has accessLifetime', () => {
    const [, ...documented] = rows.find(([option]) => option === '`accessLifetime`') ?? [];
    expect(documented.map(toMinutes)).toEqual(
      profiles.map((profile) => toMinutes(policyOf(profile).accessTokens.lifetime)),
    );
  });
});

it('the table on the page about mail has the lifetimes of links (ASVS 6.5.5)', () => {
  const rows = readRows(findSection(readPage('docs/guide/email.md'), '## Links').text);
  const { verifyLifetime, resetLifetime, changeLifetime } = policyOf().emailLinks;
  expect(rows.map(([message, , goodFor = '']) => [message, toMinutes(goodFor)])).toEqual([
    ['`email_verification`', toMinutes(verifyLifetime)],
    ['`password_reset`', toMinutes(resetLifetime)],
    ['`email_change`', toMinutes(changeLifetime)],
  ]);
});

/** `24 h`, `1d` or `15 min` in minutes. */
function toMinutes(text: string): number {
  const [, count, unit = ''] = /^(\d+) ?(d|h|min|m)$/.exec(text) ?? [];
  return Number(count) * ({ d: 1440, h: 60 }[unit] ?? 1);
}
