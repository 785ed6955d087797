import { createOneTimeTokens, type TokenPurpose } from '@tessera-auth/core';
import { createKeyRing } from '@tessera-auth/core/primitives';
import { createMemoryOneTimeTokenStore } from '@tessera-auth/core/stores';
import { createTestClock } from '@tessera-auth/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { newRootSecret, rootSecret } from '../../auth-bench.js';

const ada = { tenantId: 'acme', userId: 'ada' };
const link: TokenPurpose<{ to: string }> = {
  name: 'link',
  lifetimeMs: 60_000,
  replacesOthers: true,
  read: (data) => data as { to: string },
};
const other: TokenPurpose<null> = { ...link, name: 'other', read: () => null };
const data = { to: 'ada@example.org' };

describe('one-time tokens', () => {
  const clock = createTestClock();
  const store = createMemoryOneTimeTokenStore({ clock });
  const openWith = (secret: string | string[]) =>
    createOneTimeTokens({ store, keyRing: createKeyRing({ secret }), clock });
  const tokens = openWith(rootSecret);
  let token: string;
  beforeEach(async () => {
    ({ token } = await tokens.issue(link, ada, data));
  });

  it('come back with what they were issued with, until one caller has spent them', async () => {
    expect(token).toMatch(/^ot1_[\w-]{64}$/);
    expect(await tokens.find(link, 'acme', token)).toMatchObject({ ...ada, data });
    const spent = await Promise.all(Array.from({ length: 20 }, () => tokens.consume(link, 'acme', token)));
    expect(spent.filter((one) => one !== null)).toMatchObject([{ ...ada, data }]);
    expect(await tokens.find(link, 'acme', token)).toBeNull();
  });

  it('say when they end, and end then', async () => {
    const { expiresAt, ...issued } = await tokens.issue(link, ada, data);
    expect(expiresAt.getTime()).toBe(clock.now() + 60_000);
    clock.advance(59_999);
    expect(await tokens.find(link, 'acme', issued.token)).toMatchObject({ expiresAt });
    clock.advance(1);
    expect(await tokens.consume(link, 'acme', issued.token)).toBeNull();
  });

  it('void older ones of their purpose and user, and no others', async () => {
    const elsewhere = await tokens.issue(other, ada, null);
    const eve = await tokens.issue(link, { tenantId: 'acme', userId: 'eve' }, data);
    await tokens.issue(link, ada, data);
    expect(await tokens.find(link, 'acme', token)).toBeNull();
    expect(await tokens.find(other, 'acme', elsewhere.token)).toMatchObject(ada);
    expect(await tokens.find(link, 'acme', eve.token)).toMatchObject({ userId: 'eve' });
    await tokens.voidAll(ada);
    expect(await tokens.find(other, 'acme', elsewhere.token)).toBeNull();
  });

  it('are worthless for another purpose and tenant', async () => {
    expect(await tokens.consume(other, 'acme', token)).toBeNull();
    expect(await tokens.consume(link, 'globex', token)).toBeNull();
    expect(await tokens.consume(link, 'acme', token)).toMatchObject({ data });
  });

  it.each([
    null,
    undefined,
    7,
    {},
    [],
    '',
    'ot1_',
    'ot2_',
    `ot1_${'A'.repeat(63)}`,
    `ot1_${'A'.repeat(64)}`,
    `ot1_${'A'.repeat(65)}`,
    `ot1_${'='.repeat(64)}`,
    'x'.repeat(100_000),
  ])('are not what anybody makes up: %#', async (text) => {
    expect(await tokens.find(link, 'acme', text)).toBeNull();
    expect(await tokens.consume(link, 'acme', text)).toBeNull();
  });

  it('are not known by their id: another secret opens nothing, and spends nothing', async () => {
    const forged = token.slice(0, -4) + (token.endsWith('AAAA') ? 'BBBB' : 'AAAA');
    expect(await tokens.consume(link, 'acme', forged)).toBeNull();
    expect(await tokens.consume(link, 'acme', token)).toMatchObject({ data });
  });

  it('are stored as a digest, with data that the store cannot read', async () => {
    const created: unknown[] = [];
    const watching = createOneTimeTokens({
      store: { ...store, create: async (command) => void created.push(command) },
      keyRing: createKeyRing({ secret: rootSecret }),
      clock,
    });
    const issued = await watching.issue(link, ada, data);
    const stored = JSON.stringify(created);
    expect(stored).not.toContain(issued.token.slice(-43));
    expect(stored).not.toContain(data.to);
  });

  it('survive a new root secret, and not the loss of their own', async () => {
    expect(await openWith([newRootSecret, rootSecret]).find(link, 'acme', token)).toMatchObject({ data });
    expect(await openWith(newRootSecret).find(link, 'acme', token)).toBeNull();
  });
});
