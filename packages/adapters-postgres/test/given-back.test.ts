import { sessionFixtures } from '@tessera-auth/core/testing';
import { afterAll, expect, inject, it } from 'vitest';
import { createPool, freshStores } from './support/fresh-stores.js';

const { ada, createSession, newSession, raising, presentation } = sessionFixtures;
const pool = createPool(inject('postgresUrl'));
afterAll(() => pool.end());

const until = new Date(Date.now() + 60_000);

it('a revocation that a node gives back after a failover lost it brings its epoch along', async () => {
  const { sessions, revocations } = await freshStores(pool);
  const phone = await createSession(sessions, 'phone');
  const given = [
    { kind: 'user', ...ada, epoch: 2, exceptSessionId: null, until },
    { kind: 'user', ...ada, epoch: 3, exceptSessionId: null, until },
    { kind: 'tenant', tenantId: ada.tenantId, epoch: 4, until },
  ] as const;
  await revocations.add(given);
  await revocations.add(given.slice(0, 1));
  const epochs = await sessions.readEpochs(ada);
  expect(epochs).toEqual({ userEpoch: 3, tenantEpoch: 4 });

  // What was ended stays so; whoever signs in now gets a session whose tokens are good.
  expect(await sessions.rotate(presentation('phone', 0))).toEqual({ kind: 'invalid' });
  expect((await sessions.create(newSession('laptop', { expectedEpochs: epochs }))).kind).toBe('created');
  const subject = { ...ada, jti: 'j', sessionId: phone.id, rolesVersion: 0 };
  expect(await revocations.isRevoked({ ...subject, ...epochs })).toBe(false);
  expect(await revocations.isRevoked({ ...subject, userEpoch: 2, tenantEpoch: 4 })).toBe(true);
});

it('nodes that give back many at once, beside users who sign out, wait for each other and finish', async () => {
  const { sessions, revocations } = await freshStores(pool);
  const users = Array.from({ length: 20 }, (_, index) => ({ tenantId: 'acme', userId: `user ${index}` }));
  const entries = users.map(
    (user) => ({ kind: 'user', ...user, epoch: 1, exceptSessionId: null, until }) as const,
  );
  const giving = Array.from({ length: 10 }, (_, index) =>
    revocations.add(index % 2 === 0 ? entries : entries.toReversed()),
  );
  const ending = users.map((user, index) => sessions.endAll({ ...user, ...raising(`c${index}`) }));
  await Promise.all([...giving, ...ending]);
  for (const user of users) {
    const { userEpoch } = await sessions.readEpochs(user);
    expect([1, 2]).toContain(userEpoch);
  }
});
