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
