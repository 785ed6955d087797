import { createPasswords } from '@tessera-auth/core';
import { describe, expect, it } from 'vitest';
import { argon2Watch } from './argon2-watch.js';
import { cheapArgon2 } from './cheap-argon2.js';
import { foreignVectors } from './stored-hash-vectors.js';

const overloaded = { code: 'overloaded', retryAfterSeconds: 1 };

describe('500 calls at once', () => {
  it('are all answered, never more than maxConcurrent at a time, in the order of the calls', async () => {
    const passwords = createPasswords({ ...cheapArgon2, maxConcurrent: 3, maxQueued: 497 });
    const words = Array.from({ length: 500 }, (_, at) => `word ${at}`);
    const answered: string[] = [];
    await Promise.all(words.map((word) => passwords.verify(word, null).then(() => answered.push(word))));
    expect(argon2Watch.mostRunning).toBe(3);
    expect(argon2Watch.calls.map((call) => call.password)).toEqual(words);
    expect(new Set(answered)).toEqual(new Set(words));
  });

  it('are turned away beyond maxQueued without computing anything', async () => {
    const passwords = createPasswords({ ...cheapArgon2, maxConcurrent: 2, maxQueued: 100 });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 500 }, (_, at) => passwords.hash(`word ${at}`)),
    );
    const refused = outcomes.flatMap((outcome, at) =>
      outcome.status === 'rejected' ? [{ at, ...outcome }] : [],
    );
    expect(refused.map(({ at }) => at)).toEqual(Array.from({ length: 398 }, (_, at) => at + 102));
    for (const { reason } of refused) expect(reason).toMatchObject(overloaded);
    expect(argon2Watch.calls).toHaveLength(102);
    await expect(passwords.hash('afterwards there is room')).resolves.toMatch(/^\$argon2id\$/);
  });

  it('share one queue, whatever the algorithm and the method', async () => {
    const passwords = createPasswords({ ...cheapArgon2, maxConcurrent: 1, maxQueued: 0 });
    const first = passwords.hash('the only place');
    for (const { password, hash } of foreignVectors) {
      await expect(passwords.verify(password, hash)).rejects.toMatchObject(overloaded);
    }
    await expect(passwords.verify('unknown', null)).rejects.toMatchObject(overloaded);
    await first;
  });
});

describe('a hash that fails', () => {
  it('rejects to its own caller and gives its place on', async () => {
    const passwords = createPasswords({ ...cheapArgon2, maxConcurrent: 1, maxQueued: 2 });
    argon2Watch.failure = new Error('out of memory');
    const [failed, ...others] = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((password) => passwords.hash(password)),
    );
    expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'out of memory' } });
    expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    await expect(passwords.hash('e')).resolves.toMatch(/^\$argon2id\$/);
  });
});

describe('the queue', () => {
  it('belongs to one instance', async () => {
    const options = { ...cheapArgon2, maxConcurrent: 1, maxQueued: 0 };
    await Promise.all([createPasswords(options).hash('one'), createPasswords(options).hash('other')]);
    expect(argon2Watch.calls).toHaveLength(2);
  });

  it('is bounded by default and leaves the pool of threads a place', async () => {
    const passwords = createPasswords(cheapArgon2);
    const outcomes = await Promise.allSettled(Array.from({ length: 104 }, () => passwords.hash('word')));
    expect(argon2Watch.mostRunning).toBeGreaterThanOrEqual(1);
    expect(argon2Watch.mostRunning).toBeLessThanOrEqual(3);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(
      100 + argon2Watch.mostRunning,
    );
  });
});
