import { readFileSync } from 'node:fs';
import { createPasswords } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { listCommonPasswords } from '../src/list-common-passwords.js';

const words = listCommonPasswords();
const whole = words.filter((word) => [...word].length >= 8);
const parts = words.filter((word) => [...word].length < 8);

describe('the list', () => {
  it('has many times what ASVS 6.2.4 asks for, at the shortest length a policy may allow', () => {
    expect(whole.length).toBeGreaterThan(30_000);
  });

  it('can be told apart into lines', () => {
    expect(words.filter((word) => /\s/.test(word))).toEqual([]);
    expect(new Set(words).size).toBe(words.length);
  });
});

it('NOTICE names each package that words come from, with its version', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const { devDependencies } = JSON.parse(read('../package.json')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const sources = [
    ...read('../src/list-common-passwords.ts').matchAll(/require\.resolve\('((?:@[\w-]+\/)?[\w-]+)/g),
  ];
  expect(sources).toHaveLength(3);
  const notice = read('../../../packages/core/NOTICE').replace(/\s+/g, ' ');
  for (const [, name = ''] of sources) expect(notice).toContain(`${name} ${devDependencies[name]}`);
});

describe('the list that the core bundles', () => {
  const passwords = createPasswords({ minLength: 8 });

  async function listAccepted(candidates: readonly string[]): Promise<readonly string[]> {
    const outcomes = await Promise.allSettled(candidates.map((word) => passwords.requireAcceptable(word)));
    return candidates.filter((_, at) => outcomes[at]?.status === 'fulfilled');
  }

  it('has every password of 8 characters or more', async () => {
    expect(await listAccepted(whole)).toEqual([]);
    expect(await listAccepted(whole.map((word) => word.toUpperCase()))).toEqual([]);
  });

  it('has every shorter one as a part', async () => {
    expect(await listAccepted(parts.map((word) => `iloveyou${word}`))).toEqual([]);
  });
});
